/**
 * Contexts and bars for walks: the desk's default limits in stability, zero surprises; override what a test is about.
 */

import { entryTermsOf } from '../../../domain/backtest/entry-terms.ts';
import { runBacktest } from '../../../domain/backtest/run-backtest.ts';
import type { WalkBatch } from '../../../domain/backtest/walk-batch.ts';
import { prepareMarkets, timelineOf, type WalkContext } from '../../../domain/backtest/walk-context.ts';
import { COMPONENT_WEIGHTS } from '../../../domain/decision/weights.ts';
import { GOVERNED_DEFAULTS } from '../../../domain/llm/policy.ts';
import { type BarRow, type BarSeries, barAt, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { NO_HALTS } from '../../../domain/risk/account-halts.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';
import { type Strategy, strategySchema } from '../../../schemas/signals.ts';

export const HOUR_MS = 3_600_000;
export const START_MS = Date.UTC(2024, 0, 1);
export const CASH = '100000';

export const NO_COSTS = costsSchema.parse({ commissionBps: 0, halfSpreadBps: 0, slippageBps: 0, volumeFractionMax: 1 });

const STABILITY = {
  version: 1,
  mode: 'stability',
  profile: { positionFractionMax: 0.08, positionsMax: 8, leverageMax: 3, confidenceMin: 0.6, newEntries: true },
} as const;

export type StrategyText = Partial<Strategy> & Pick<Strategy, 'type'>;

export function aContext(
  series: readonly BarSeries[],
  strategyText: StrategyText,
  change: Partial<WalkContext> = {},
): WalkContext {
  const strategy = strategySchema.parse(strategyText);
  return {
    sessionId: 'walk',
    workflowId: 'strategy-session:walk',
    accountId: 'sim:walk',
    strategyId: strategy.type,
    strategy,
    symbols: series.map((bars) => bars.symbol),
    markets: prepareMarkets(series, { strategy, costs: change.costs ?? costsSchema.parse({}) }),
    timeline: timelineOf(series),
    direction: 'longOnly',
    components: ['technical', 'llm'],
    weights: COMPONENT_WEIGHTS,
    tradingMode: 'backtest',
    venue: 'paper',
    costs: costsSchema.parse({}),
    limits: sessionLimitsSchema.parse({}),
    policy: STABILITY,
    desk: deskLimitsSchema.parse({}),
    compliance: complianceSchema.parse({}),
    killSwitch: null,
    halts: NO_HALTS,
    liveArmed: false,
    strategyDisabled: null,
    entryTerms: entryTermsOf({ model: { authority: 'propose' } }, GOVERNED_DEFAULTS),
    quarantined: new Map(),
    ...change,
  };
}

export const walk = (
  series: readonly BarSeries[],
  strategy: StrategyText,
  change: Partial<WalkContext> = {},
): WalkBatch => runBacktest(aContext(series, strategy, change), CASH);

/** Hourly bars that open where the one before closed, one price above and below; `at` moves single bars. */
export function barsOf(
  closes: readonly number[],
  at: { readonly symbol?: string; readonly openTimeMs?: (index: number) => number } = {},
  change: (row: BarRow, index: number) => BarRow = (row) => row,
): BarSeries {
  const openTimeMs = at.openTimeMs ?? ((index: number) => START_MS + index * HOUR_MS);
  const rows = closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const [high, low] = [Math.max(open, close) + 1, Math.min(open, close) - 1];
    return change({ openTimeMs: openTimeMs(index), open, high, low, close, volume: 1e6 }, index);
  });
  return seriesFromRows(at.symbol ?? 'BTC/USDT', HOUR_MS, rows);
}

export const flat = (count: number, price = 100): number[] => Array.from({ length: count }, () => price);

/** Every bar of a series as a row. */
export const rowsOf = (series: BarSeries): BarRow[] =>
  Array.from(series.openTimeMs, (_, index) => barAt(series, index));

/** The decision of a symbol at the close of its bar `index`. */
export function decisionAt(walked: WalkBatch, series: BarSeries, index: number) {
  const asOfMs = (series.openTimeMs[index] as number) + series.intervalMs;
  const found = walked.decisions.find(
    ({ decision }) => decision.symbol === series.symbol && decision.asOfMs === asOfMs,
  );
  if (found === undefined) throw new Error(`${series.symbol} has no decision at bar ${index}`);
  return found.decision;
}

export const reasonsOf = (decision: { verdict: { reasons: readonly { rule: string }[] } | null }): string[] =>
  decision.verdict?.reasons.map((one) => one.rule) ?? [];
