/** What a run of the engine is told as: the report of a session, closed trades and fills. Wealth stays as doubles. */
import type { ClosedTrade, Fill } from '../../schemas/execution.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import { type SessionReport, sessionReportSchema } from '../../schemas/strategy-session.ts';
import { moneyText } from '../engine/money-text.ts';
import { fillsOf, fundingOf, noDecisionsOf, refusalsOf, sumOf, tradesOf } from '../engine/outcome.ts';
import type { EngineRun } from '../engine/run-report.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { findReportableGaps } from '../market/reportable-gaps.ts';
import { buildReport } from './session-report.ts';

export type EngineReport = {
  readonly report: SessionReport;
  readonly trades: readonly ClosedTrade[];
  readonly fills: readonly Fill[];
};

export type EngineReportFacts = {
  readonly input: ParsedSession;
  readonly strategyType: string;
  readonly series: readonly BarSeries[];
  readonly dataHash: string;
  readonly codeVersion: string;
};

export function engineReport(run: EngineRun, facts: EngineReportFacts): EngineReport {
  const { input, strategyType, series, dataHash, codeVersion } = facts;
  const trades = tradesOf(run, strategyType);
  const fills = fillsOf(run, strategyType);
  const gaps = series.flatMap((bars) => findReportableGaps(bars));
  const last = run.equity.at(-1);
  const report = buildReport({
    sessionId: input.sessionId,
    stoppedBy: 'endOfData',
    stopReason: 'no bars left',
    strategyType,
    symbols: input.symbols,
    barIntervalMs: input.barIntervalMs,
    bars: run.equity.length,
    gaps: gaps.length,
    barsMissing: gaps.reduce((sum, gap) => sum + gap.missingCount, 0),
    decisions: series.reduce((sum, { close }) => sum + close.length, 0),
    noDecisionsByReason: noDecisionsOf(run),
    orders: run.account.ordersSent,
    fills: fills.length,
    refusalsByRule: refusalsOf(run),
    equityStart: input.startingCash,
    equityEnd: last === undefined ? input.startingCash : moneyText(last),
    realizedPnl: moneyText(sumOf(run, 'pnl')),
    fees: moneyText(fills.reduce((sum, { fee }) => sum + Number(fee), 0)),
    funding: moneyText(fundingOf(run)),
    modelCostMicroUsd: 0,
    dataHash,
    codeVersion,
    equity: [Number(input.startingCash), ...run.equity],
    trades,
  });
  return { report: sessionReportSchema.parse(report), trades, fills };
}
