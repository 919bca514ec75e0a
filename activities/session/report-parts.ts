/** Gathers what the report of a session is built from: input, totals of its rows, bars and gaps, how it ended. */

import type { LoadedSession } from '../../db/load-session.ts';
import type { SessionTotals } from '../../db/session-totals.ts';
import type { ReportParts } from '../../domain/backtest/session-report.ts';
import { decimalText, roundMoney, toDecimal, ZERO } from '../../domain/decimal.ts';
import type { Gap } from '../../schemas/market.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';

export type StopOrder = {
  readonly by: SessionReport['stoppedBy'];
  readonly reason: string;
  readonly flatten: boolean;
};

export type ReportFacts = {
  readonly loaded: LoadedSession;
  readonly totals: SessionTotals;
  readonly handle: SessionHandle;
  readonly input: ParsedSession;
  readonly stop: StopOrder;
  readonly gaps: readonly Gap[];
  readonly dataHash: string;
  readonly codeVersion: string;
};

export function reportParts(facts: ReportFacts): ReportParts {
  const { loaded, totals, handle, input, stop, gaps } = facts;
  const equityStart = decimalText(roundMoney(toDecimal(loaded.checkpoint.equityStart)));
  return {
    sessionId: handle.sessionId,
    stoppedBy: stop.by,
    stopReason: stop.reason,
    strategyType: handle.strategy.type,
    symbols: input.symbols,
    barIntervalMs: input.barIntervalMs,
    bars: loaded.state.counters.bars,
    gaps: gaps.length,
    barsMissing: gaps.reduce((sum, gap) => sum + gap.missingCount, 0),
    decisions: totals.decisions,
    noDecisionsByReason: totals.noDecisionsByReason,
    orders: totals.orders,
    fills: totals.fills,
    refusalsByRule: totals.refusalsByRule,
    equityStart,
    equityEnd: decimalText(roundMoney(loaded.state.equity)),
    realizedPnl: decimalText(roundMoney(loaded.state.realizedPnl)),
    fees: decimalText(roundMoney(toDecimal(totals.fees))),
    funding: decimalText(roundMoney(fundingOf(loaded))),
    modelCostMicroUsd: totals.advice.costMicroUsd,
    contaminated: totals.advice.contaminated,
    dataHash: facts.dataHash,
    codeVersion: facts.codeVersion,
    equity: [Number(equityStart), ...totals.equity.map(Number)],
    trades: totals.tradePnls,
  };
}

/** What the session's positions paid since it opened; an earlier session of the strategy has paid its own. */
const fundingOf = ({ state, checkpoint }: LoadedSession) =>
  state.book.positions.reduce((sum, one) => sum.plus(one.funding), ZERO).minus(checkpoint.fundingStart);
