/** Half of a position at the market: the one order that neither opens nor closes. */
import { startOrder } from './costs.ts';
import { type Account, type Lane, SIGNAL } from './state.ts';

/** Half of what is held leaves at the next open, rounded down to whole steps; nothing while an order is at work. */
export function halve(account: Account, lane: Lane): void {
  if (lane.exitLeft !== 0 || lane.entrySide !== 0) return;
  const half = Math.floor((Math.abs(lane.quantity) * account.perUnit) / 2) / account.perUnit;
  if (!(half > 0)) return;
  lane.exitLeft = half;
  lane.exitReason = SIGNAL;
  account.ordersSent += 1;
  startOrder(lane, SIGNAL);
}
