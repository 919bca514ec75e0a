/**
 * Orders that a close has decided on: an entry is sized, judged by the desk's gate and put on the book; an exit
 * closes the position. With `fill: 'close'` they fill there as far as the bar's volume goes. Prices in quote currency, quantities in units.
 */
import { startOrder } from './costs.ts';
import { entryRefusals, mayTradeNext } from './desk-gate.ts';
import { type DeskMemory, orderKey, rememberOrder } from './desk-memory.ts';
import { fillAtClose } from './fill-orders.ts';
import { deskProduct } from './numbers.ts';
import type { Wish } from './signals.ts';
import { unitsOf } from './size.ts';
import { type Account, ENTRY, type Lane } from './state.ts';

/** How often nothing was decided, by reason, and how often each rule of the gate refused. */
export type Tally = {
  warmUp: number;
  dataGap: number;
  sizeZero: number;
  readonly refusals: Uint32Array;
  refused: number;
};

export type Desk = { readonly memory: DeskMemory | null; readonly tally: Tally };

/**
 * Sets the entry's distances, named levels and size; false when no stop can be placed or the size is nothing. A size
 * that waits for its fill is what the gate judges until then: what the close would give.
 */
export function prepareEntry(account: Account, lane: Lane, i: number, wish: Wish): boolean {
  const { plan } = account;
  const atr = lane.market.atr[i] as number;
  const distance = (times: number | null): number =>
    times === null ? Number.NaN : plan.deskRounding ? deskProduct(atr, times) : atr * times;
  lane.stopDistance = distance(plan.stopAtr);
  lane.targetDistance = distance(plan.targetAtr);
  lane.trailDistance = distance(plan.trailAtr);
  lane.stopAsked = wish.stopPrice ?? Number.NaN;
  lane.targetAsked = wish.targetPrice ?? Number.NaN;
  if (plan.stopAtr !== null && !(lane.stopDistance > 0)) return false;
  const close = lane.market.bars.close[i] as number;
  lane.entryFraction = boundedByStop(account, lane, close, wish.sizeFraction ?? plan.size.fraction);
  lane.entryReference = close;
  lane.entryLeft = unitsOf(account, account.equity, lane.entryFraction, close);
  lane.entryFilled = false;
  if (plan.size.at === 'decision' && !(lane.entryLeft > 0)) return false;
  lane.entrySide = wish.side;
  return true;
}

/** A position that would lose more than `riskFraction` at its stop is made smaller. */
function boundedByStop({ plan: { size } }: Account, lane: Lane, close: number, fraction: number): number {
  if (size.riskFraction === null || Number.isNaN(lane.stopDistance)) return fraction;
  return Math.min(fraction, size.riskFraction / (lane.stopDistance / close));
}

/** Asks the desk's gate, where the plan has one, and puts the entry on the book. */
export function sendEntry(
  account: Account,
  lane: Lane,
  i: number,
  side: number,
  confidence: number,
  { memory, tally }: Desk,
  nowMs: number,
): void {
  if (memory !== null) {
    const asked = { lane, i, side, quantity: lane.entryLeft, price: lane.entryReference, confidence, nowMs };
    lane.entrySide = 0;
    const bits = entryRefusals(account, memory, asked);
    if (bits !== 0) {
      lane.entryLeft = 0;
      countRefusals(tally, bits);
      return;
    }
    lane.entrySide = side;
    rememberOrder(memory, orderKey(lane.place, side, lane.entryLeft), true, nowMs);
  }
  account.ordersSent += 1 + (hasStop(lane) ? 1 : 0) + (hasTarget(lane) ? 1 : 0);
  startOrder(lane, ENTRY);
  if (account.plan.fill === 'close') fillAtClose(account, lane, i, nowMs);
}

const hasStop = ({ stopAsked, stopDistance, trailDistance }: Lane): boolean =>
  !(Number.isNaN(stopAsked) && Number.isNaN(stopDistance) && Number.isNaN(trailDistance));
const hasTarget = ({ targetAsked, targetDistance }: Lane): boolean =>
  !(Number.isNaN(targetAsked) && Number.isNaN(targetDistance));

function countRefusals(tally: Tally, bits: number): void {
  tally.refused += 1;
  for (let rule = 0; rule < tally.refusals.length; rule += 1) {
    if ((bits >>> rule) & 1) tally.refusals[rule] = (tally.refusals[rule] as number) + 1;
  }
}

/** Takes the legs of the position off the book and sends its exit; false where the desk's rules allow no order now. */
export function sendExit(account: Account, lane: Lane, i: number, reason: number, desk: Desk, nowMs: number): boolean {
  if (desk.memory !== null && !mayTradeNext(lane, i, nowMs)) {
    countRefusals(desk.tally, 1 << 2);
    return false;
  }
  lane.exitLeft = Math.abs(lane.quantity);
  lane.exitReason = reason;
  lane.stop = Number.NaN;
  lane.target = Number.NaN;
  lane.trail = Number.NaN;
  lane.stopTouched = false;
  account.ordersSent += 1;
  startOrder(lane, reason);
  if (desk.memory !== null) {
    rememberOrder(desk.memory, orderKey(lane.place, lane.quantity > 0 ? -1 : 1, lane.exitLeft), false, nowMs);
  }
  if (account.plan.fill === 'close') fillAtClose(account, lane, i, nowMs);
  return true;
}
