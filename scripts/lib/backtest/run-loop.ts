/**
 * A backtest in this process: the plain loop over the bars that a session with the same input would walk, under the
 * desk's configured limits. No Temporal; Postgres only when the bars lie there. Its report equals the session's.
 */

import { dataHashOf, loadSeries } from '../../../activities/session/prepare.ts';
import type { MarketData } from '../../../adapters/market-data/market-data.ts';
import { loadCompliance, loadGovernance } from '../../../config/policy-files.ts';
import { rulesAdvisor } from '../../../domain/backtest/advisor.ts';
import { runBacktest } from '../../../domain/backtest/run-backtest.ts';
import { buildReport } from '../../../domain/backtest/session-report.ts';
import type { WalkBatch } from '../../../domain/backtest/walk-batch.ts';
import { prepareMarkets, timelineOf, type WalkContext } from '../../../domain/backtest/walk-context.ts';
import { type Decimal, decimalText, roundMoney, toDecimal, ZERO } from '../../../domain/decimal.ts';
import { COMPONENT_WEIGHTS } from '../../../domain/decision/weights.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { findReportableGaps } from '../../../domain/market/reportable-gaps.ts';
import { NO_HALTS } from '../../../domain/risk/account-halts.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { ParsedSession } from '../../../schemas/session-input.ts';
import type { Strategy } from '../../../schemas/signals.ts';
import { sessionReportSchema } from '../../../schemas/strategy-session.ts';
import type { BacktestOutcome } from './document.ts';

export type LoopParts = {
  readonly market: MarketData;
  readonly configFolder: string;
  readonly codeVersion: string;
  readonly seedIndicators: IndicatorSeed;
};

/** The outcome, and the bars for its page. @throws InvalidInput DATA_EMPTY and the like */
export async function runLoop(
  input: ParsedSession,
  parts: LoopParts,
): Promise<BacktestOutcome & { readonly series: readonly BarSeries[] }> {
  const series = await loadSeries(parts.market, input);
  const context = loopContext(input, series, parts);
  const walked = runBacktest(context, input.startingCash);
  return { ...outcomeOf(walked, input, context.strategy, series, parts.codeVersion), series };
}

/** What a session of this input walks with, but for its ids. */
export function loopContext(input: ParsedSession, series: readonly BarSeries[], parts: LoopParts): WalkContext {
  const { startMode, profiles, desk } = loadGovernance(parts.configFolder);
  const strategy = writtenOut(input.strategy);
  return {
    sessionId: null,
    workflowId: `backtest:${input.sessionId}`,
    accountId: `sim:${input.sessionId}`,
    strategyId: strategy.type,
    strategy,
    symbols: input.symbols,
    markets: prepareMarkets(series, { strategy, costs: input.costs, seed: parts.seedIndicators }),
    timeline: timelineOf(series),
    direction: input.direction,
    components: input.components,
    weights: input.weights ?? COMPONENT_WEIGHTS,
    advisor: rulesAdvisor,
    tradingMode: 'backtest',
    venue: 'paper',
    costs: input.costs,
    limits: input.limits,
    policy: { version: 1, mode: startMode, profile: profiles[startMode] },
    desk,
    compliance: loadCompliance(parts.configFolder),
    killSwitch: null,
    halts: NO_HALTS,
    liveArmed: false,
    strategyDisabled: null,
    quarantined: new Map(),
  };
}

/** @throws InvalidInput for the id of a stored strategy: here a strategy is written out */
export function writtenOut(strategy: ParsedSession['strategy']): Strategy {
  if (typeof strategy !== 'string') return strategy;
  throw new InvalidInput([problem('INPUT_TYPE', 'strategy', strategy, 'a strategy written out')]);
}

function outcomeOf(
  walked: WalkBatch,
  input: ParsedSession,
  strategy: Strategy,
  series: readonly BarSeries[],
  codeVersion: string,
): BacktestOutcome {
  const { state, fills, decisions } = walked;
  const trades = walked.trades.map(({ trade }) => trade);
  const gaps = series.flatMap((bars) => findReportableGaps(bars));
  const refusals = decisions.flatMap(({ decision }) =>
    decision.verdict?.approved === false ? decision.verdict.reasons : [],
  );
  const report = buildReport({
    sessionId: input.sessionId,
    stoppedBy: 'endOfData',
    stopReason: 'no bars left',
    strategyType: strategy.type,
    symbols: input.symbols,
    barIntervalMs: input.barIntervalMs,
    bars: state.counters.bars,
    gaps: gaps.length,
    barsMissing: gaps.reduce((sum, gap) => sum + gap.missingCount, 0),
    decisions: decisions.length,
    noDecisionsByReason: countBy(decisions.map(({ decision }) => decision.noDecision).filter((one) => one !== null)),
    orders: walked.orders.size,
    fills: fills.length,
    refusalsByRule: countBy(refusals.map(({ rule }) => rule)),
    equityStart: input.startingCash,
    equityEnd: moneyText(state.equity),
    realizedPnl: moneyText(state.realizedPnl),
    fees: moneyText(sumOf(fills.map(({ fee }) => toDecimal(fee)))),
    funding: moneyText(sumOf(state.book.positions.map((one) => one.funding))),
    modelCostMicroUsd: 0,
    dataHash: dataHashOf(series),
    codeVersion,
    equity: [Number(input.startingCash), ...walked.equity.map((one) => Number(one.equity))],
    trades,
  });
  const equity = walked.equity.map((one) => [one.atMs, one.equity] as const);
  return { report: sessionReportSchema.parse(report), trades, fills, equity };
}

const sumOf = (amounts: readonly Decimal[]): Decimal => amounts.reduce((sum, one) => sum.plus(one), ZERO);
const moneyText = (amount: Decimal): string => decimalText(roundMoney(amount));

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
