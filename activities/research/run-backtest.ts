/** A backtest on this machine: bars through the market data port, one run of the engine, rows into Postgres. */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { BacktestStore } from '../../db/backtests.ts';
import { engineReport } from '../../domain/backtest/engine-report.ts';
import { builtInVoice } from '../../domain/engine/desk-plan.ts';
import { engineMarket } from '../../domain/engine/market.ts';
import type { DeskRules } from '../../domain/engine/plan.ts';
import { enginePlan, type ResearchFields } from '../../domain/engine/research-plan.ts';
import { runReport } from '../../domain/engine/run-report.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { BacktestRunResult } from '../../schemas/backtest-run.ts';
import type { IndicatorSeed } from '../../schemas/features.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import { isTwoLegged, MODEL_STRATEGY_TYPE, STRATEGY_TYPES, type Strategy } from '../../schemas/signals.ts';
import { dataHashOf, loadSeries } from '../session/prepare.ts';

export type BacktestParts = {
  readonly backtests: BacktestStore;
  readonly market: MarketData;
  readonly readStrategy: (strategyId: string) => Promise<Strategy | undefined>;
  /** The desk's own limits, for runs under them. */
  readonly rules: Omit<DeskRules, 'limits'>;
  readonly codeVersion: string;
  readonly nowMs: () => number;
};

export type RunBacktest = {
  readonly session: ParsedSession;
  readonly engine: ResearchFields;
  readonly seedIndicators: IndicatorSeed;
  readonly workflowId: string;
  readonly openKey: string;
};

/** @throws InvalidInput DATA_EMPTY, STRATEGY_UNKNOWN and what the engine cannot run */
export async function runBacktest(parts: BacktestParts, request: RunBacktest): Promise<BacktestRunResult> {
  const { session, engine, workflowId, openKey, seedIndicators } = request;
  const strategy = await strategyOf(parts, session);
  const series = await loadSeries(parts.market, session);
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
  if (known !== undefined) return { runId, report: known.report };
  const rules = { ...parts.rules, limits: session.limits };
  const { costs, direction, startingCash } = session;
  const plan = enginePlan(engine, { strategy, costs, direction, cash: Number(startingCash), rules });
  const lanes = series.map((bars) => {
    const market = engineMarket(bars, seedIndicators);
    return { market, voice: builtInVoice(strategy, market, plan.stopAtr !== null) };
  });
  const run = runReport(plan, lanes);
  const facts = { input: session, strategyType: strategy.type, series, dataHash, codeVersion: parts.codeVersion };
  const told = engineReport(run, facts);
  const { closedAtMs, equity } = run;
  await parts.backtests.save(runId, { ...told, closedAtMs, equity }, parts.nowMs());
  return { runId, report: told.report };
}

async function strategyOf({ readStrategy }: BacktestParts, { strategy }: ParsedSession): Promise<Strategy> {
  const found = typeof strategy === 'string' ? await readStrategy(strategy) : strategy;
  if (found === undefined) {
    const expected = `a stored strategy id or one of ${STRATEGY_TYPES.join(', ')}`;
    throw new InvalidInput([problem('STRATEGY_UNKNOWN', 'strategy', strategy, expected)]);
  }
  if (found.type === MODEL_STRATEGY_TYPE) {
    const rules = 'a strategy that its own rules decide: no model is asked here';
    throw new InvalidInput([problem('STRATEGY_NEEDS_MODEL', 'strategy', found.type, rules, 'run it as a session')]);
  }
  if (!isTwoLegged(found.type)) return found;
  const expected = 'a strategy that trades each symbol for itself';
  throw new InvalidInput([problem('STRATEGY_TWO_LEGGED', 'strategy', found.type, expected, 'run it as a session')]);
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
