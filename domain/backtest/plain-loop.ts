/**
 * A whole backtest by the plain loop: the bars that a session of the same input would walk, under the same rules, told as
 * that session's report. Pure; no Temporal and no database.
 */
import type { ClosedTrade, Fill } from '../../schemas/execution.ts';
import type { IndicatorSeed } from '../../schemas/features.ts';
import type { ModelGovernance, Policy } from '../../schemas/governance.ts';
import type { Compliance, DeskLimits } from '../../schemas/risk.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { Strategy } from '../../schemas/signals.ts';
import { type SessionReport, sessionReportSchema } from '../../schemas/strategy-session.ts';
import { type Decimal, decimalText, roundMoney, toDecimal, ZERO } from '../decimal.ts';
import { COMPONENT_WEIGHTS } from '../decision/weights.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { findReportableGaps } from '../market/reportable-gaps.ts';
import { NO_HALTS } from '../risk/account-halts.ts';
import { rulesAdvisor } from './advisor.ts';
import { entryTermsOf } from './entry-terms.ts';
import { leverageTermsOf } from './leverage-terms.ts';
import { runBacktest } from './run-backtest.ts';
import { buildReport } from './session-report.ts';
import type { WalkBatch } from './walk-batch.ts';
import { type LoadedSeats, prepareMarkets, timelineOf, type WalkContext } from './walk-context.ts';

export type LoopRules = {
  readonly policy: Policy;
  readonly desk: DeskLimits;
  readonly compliance: Compliance;
  readonly models: ModelGovernance;
};

export type LoopRun = {
  readonly input: ParsedSession;
  /** That of the input, written out. */
  readonly strategy: Strategy;
  readonly series: readonly BarSeries[];
  readonly rules: LoopRules;
  readonly seedIndicators: IndicatorSeed;
  /** Networks that hold seats, where the input lists the component. */
  readonly seats?: LoadedSeats;
};

export type LoopOutcome = {
  readonly report: SessionReport;
  readonly trades: readonly ClosedTrade[];
  readonly fills: readonly Fill[];
  /** Close of each bar, epoch ms, and wealth there. */
  readonly equity: readonly (readonly [number, string])[];
};

export function plainLoop(
  run: LoopRun,
  facts: { readonly dataHash: string; readonly codeVersion: string },
): LoopOutcome {
  return outcomeOf(runBacktest(loopContext(run), run.input.startingCash), run, facts);
}

/** The context of a session of this input, except for its ids. */
export const loopContext = ({
  input,
  strategy,
  series,
  rules: { models, ...rules },
  seedIndicators: seed,
  seats,
}: LoopRun): WalkContext => ({
  sessionId: null,
  workflowId: `backtest:${input.sessionId}`,
  accountId: `sim:${input.sessionId}`,
  strategyId: strategy.type,
  strategy,
  symbols: input.symbols,
  markets: prepareMarkets(series, { strategy, costs: input.costs, seed, ...seats }),
  timeline: timelineOf(series),
  direction: input.direction,
  components: input.components,
  weights: input.weights ?? COMPONENT_WEIGHTS,
  advisor: rulesAdvisor,
  tradingMode: 'backtest',
  venue: 'paper',
  costs: input.costs,
  limits: input.limits,
  ...rules,
  killSwitch: null,
  halts: NO_HALTS,
  liveArmed: false,
  strategyDisabled: null,
  entryTerms: entryTermsOf(input, models),
  ...leverageTermsOf(input, strategy),
  quarantined: new Map(),
});

function outcomeOf(
  walked: WalkBatch,
  { input, strategy, series }: LoopRun,
  { dataHash, codeVersion }: { readonly dataHash: string; readonly codeVersion: string },
): LoopOutcome {
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
    dataHash,
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
