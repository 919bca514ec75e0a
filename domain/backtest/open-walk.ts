/** The state a walk starts from: a fresh account with nothing but cash. */
import { toDecimal, ZERO } from '../decimal.ts';
import { openBook } from '../execution/book.ts';
import type { DayZone } from '../market/trading-day.ts';
import { openRiskState } from '../risk/risk-state.ts';
import { NO_COUNTERS, type WalkState } from './walk-state.ts';

/**
 * @param startingCash decimal text
 * @param nowMs market time of the first bar's open
 * @param dayZone where the account's days begin
 * @param sequence first decision
 */
export function openWalk(
  accountId: string,
  startingCash: string,
  nowMs: number,
  dayZone: DayZone = 'UTC',
  sequence = 0,
): WalkState {
  const equity = toDecimal(startingCash);
  return {
    book: openBook(accountId, startingCash),
    othersPositions: [],
    othersOrders: [],
    risk: openRiskState(equity, nowMs, dayZone),
    sequence,
    counters: NO_COUNTERS,
    entries: {},
    equity,
    peakEquity: equity,
    drawdownFractionMax: 0,
    realizedPnl: ZERO,
  };
}
