/**
 * A backtest on this machine: bars through the market data port, one run, rows into Postgres. A strategy of two legs is
 * walked by the sessions' own loop, as is one whose leverage is managed; every other one by the engine.
 */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { BacktestStore } from '../../db/backtests.ts';
import { type BacktestFigures, type BacktestResult, backtestFigures } from '../../domain/backtest/backtest-figures.ts';
import { isOwn } from '../../domain/backtest/backtest-request.ts';
import { type EngineReport, engineReport } from '../../domain/backtest/engine-report.ts';
import { leverageSettingsOf } from '../../domain/backtest/leverage-terms.ts';
import { plainLoop } from '../../domain/backtest/plain-loop.ts';
import { priceModel } from '../../domain/backtest/slippage-paid.ts';
import { timelineOf } from '../../domain/backtest/walk-context.ts';
import { checkFolds } from '../../domain/backtest/walk-forward.ts';
import { builtInVoice } from '../../domain/engine/desk-plan.ts';
import { engineMarket } from '../../domain/engine/market.ts';
import type { DeskRules } from '../../domain/engine/plan.ts';
import { enginePlan, type ResearchFields } from '../../domain/engine/research-plan.ts';
import { runReport } from '../../domain/engine/run-report.ts';
import { GOVERNED_DEFAULTS } from '../../domain/llm/policy.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { IndicatorSeed } from '../../schemas/features.ts';
import type { OperatingMode } from '../../schemas/governance.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import { isTwoLegged, MODEL_STRATEGY_TYPE, STRATEGY_TYPES, type Strategy } from '../../schemas/signals.ts';
import { twoLegProblems } from '../../schemas/two-leg-input.ts';
import { dataHashOf, loadSeries } from '../session/prepare.ts';

export type BacktestParts = {
  readonly backtests: BacktestStore;
  readonly market: MarketData;
  readonly readStrategy: (strategyId: string) => Promise<Strategy | undefined>;
  /** The desk's own limits, for runs under them. */
  readonly rules: Omit<DeskRules, 'limits'>;
  /** The operating mode whose profile these rules hold. */
  readonly mode: OperatingMode;
  readonly codeVersion: string;
  readonly nowMs: () => number;
};

export type RunBacktest = {
  readonly session: ParsedSession;
  readonly engine: ResearchFields;
  readonly seedIndicators: IndicatorSeed;
  /** Tests of a walk-forward; null or absent: none. */
  readonly walkForward?: number | null;
  readonly workflowId: string;
  readonly openKey: string;
};

/** @throws InvalidInput DATA_EMPTY, STRATEGY_UNKNOWN, more folds than bars, and what the engine cannot run */
export async function runBacktest(parts: BacktestParts, request: RunBacktest): Promise<BacktestResult> {
  const { session, engine, workflowId, openKey } = request;
  const strategy = await strategyOf(parts, request);
  const series = await loadSeries(parts.market, session);
  const { walkForward = null } = request;
  if (walkForward !== null) checkFolds(timelineOf(series).openTimeMs.length, walkForward);
  const dataHash = hashOf(series);
  const { runId } = await parts.backtests.open({
    workflowId,
    openKey,
    kind: 'backtest',
    input: { ...session, engine },
    data: { symbol: session.symbols.join(','), intervalMs: session.barIntervalMs, bars: barsOf(series), dataHash },
    split: null,
    codeVersion: parts.codeVersion,
    nowMs: parts.nowMs(),
  });
  const known = await parts.backtests.read(runId);
  if (known !== undefined) return { runId, report: known.report, figures: figuresOf(known, request, series) };
  const isManaged = leverageSettingsOf(session, strategy) !== null;
  const walk = isTwoLegged(strategy.type) || isManaged ? byLoop : byEngine;
  const told = walk(parts, request, { strategy, series, dataHash });
  const figures = figuresOf(told, request, series);
  await parts.backtests.save(runId, told, figures, parts.nowMs());
  return { runId, report: told.report, figures };
}

type Loaded = { readonly strategy: Strategy; readonly series: readonly BarSeries[]; readonly dataHash: string };
type Told = EngineReport & { readonly closedAtMs: Float64Array; readonly equity: Float64Array };

function figuresOf(
  { closedAtMs, equity, ...told }: Told,
  { session, engine, seedIndicators, walkForward = null }: RunBacktest,
  series: readonly BarSeries[],
): BacktestFigures {
  const run = { ...told, closesMs: Array.from(closedAtMs), wealth: Array.from(equity) };
  return backtestFigures(run, { series, seedIndicators, prices: priceModel(engine, session.costs), walkForward });
}

function byEngine(parts: BacktestParts, request: RunBacktest, { strategy, series, dataHash }: Loaded): Told {
  const { session, engine, seedIndicators } = request;
  const { costs, direction, startingCash, limits } = session;
  const rules = { ...parts.rules, limits };
  const plan = enginePlan(engine, { strategy, costs, direction, cash: Number(startingCash), rules });
  const lanes = series.map((bars) => {
    const market = engineMarket(bars, seedIndicators);
    return { market, voice: builtInVoice(strategy, market, plan.stopAtr !== null) };
  });
  const run = runReport(plan, lanes);
  const facts = { input: session, strategyType: strategy.type, series, dataHash, codeVersion: parts.codeVersion };
  const { closedAtMs, equity } = run;
  return { ...engineReport(run, facts), closedAtMs, equity };
}

/** Two legs are one decision there, and the leverage manager has its say. */
function byLoop(parts: BacktestParts, { session, seedIndicators }: RunBacktest, loaded: Loaded): Told {
  const { strategy, series, dataHash } = loaded;
  const { profile, desk, compliance } = parts.rules;
  // No model proposes here, and nobody can be asked: the bounds of both are never reached.
  const rules = { policy: { version: 1, mode: parts.mode, profile }, desk, compliance, models: GOVERNED_DEFAULTS };
  const { codeVersion } = parts;
  const run = { input: session, strategy, series, rules, seedIndicators };
  const { equity, ...told } = plainLoop(run, { dataHash, codeVersion });
  return {
    ...told,
    closedAtMs: Float64Array.from(equity, ([atMs]) => atMs),
    equity: Float64Array.from(equity, ([, amount]) => Number(amount)),
  };
}

async function strategyOf({ readStrategy }: BacktestParts, { session, engine }: RunBacktest): Promise<Strategy> {
  const { strategy } = session;
  const found = typeof strategy === 'string' ? await readStrategy(strategy) : strategy;
  if (found === undefined) {
    const expected = `a stored strategy id or one of ${STRATEGY_TYPES.join(', ')}`;
    throw new InvalidInput([problem('STRATEGY_UNKNOWN', 'strategy', strategy, expected)]);
  }
  if (found.type === MODEL_STRATEGY_TYPE) {
    const rules = 'a strategy that its own rules decide: no model is asked here';
    throw new InvalidInput([problem('STRATEGY_NEEDS_MODEL', 'strategy', found.type, rules, 'run it as a session')]);
  }
  const problems = [...twoLegProblems(found.type, session), ...loopProblems(found, engine)];
  if (problems.length > 0) throw new InvalidInput(problems);
  return found;
}

/** What the loop does not do: it walks under the desk's rules, and levels are those of the strategy. */
function loopProblems({ type }: Strategy, engine: ResearchFields): Problem[] {
  const { rules, stopAtr, targetAtr, maxHoldBars, leverage } = engine;
  const hasLevels = [stopAtr, targetAtr, maxHoldBars].some((one) => one !== null) || leverage !== 1;
  if (!isTwoLegged(type) || !(hasLevels || rules === 'none' || isOwn(engine))) return [];
  const expected =
    'a strategy that trades each symbol for itself, or the rules of the desk and the levels of the strategy';
  return [problem('STRATEGY_TWO_LEGGED', 'strategy', type, expected, 'leave size, levels and costs of your own out')];
}

const barsOf = (series: readonly BarSeries[]): number => series.reduce((sum, { close }) => sum + close.length, 0);

/** Hashing a year of minutes takes longer than walking it; series are kept in memory between two runs. */
const hashes = new WeakMap<BarSeries, string>();

function hashOf(series: readonly BarSeries[]): string {
  const [first] = series;
  const known = series.length === 1 && first !== undefined ? hashes.get(first) : undefined;
  const hash = known ?? dataHashOf(series);
  if (series.length === 1 && first !== undefined) hashes.set(first, hash);
  return hash;
}
