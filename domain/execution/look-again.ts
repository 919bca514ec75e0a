/**
 * When to look at a network venue's orders again: soon while something is in doubt or filling, seldom while they rest.
 */
import { FINAL_ORDER_STATES, type Order } from '../../schemas/execution.ts';

const SOON_MS = 1_000;
const LATER_MS = 10_000;
const YOUNG_MS = 12_000;

/** Milliseconds until the next look; `restingMs` while all that is open rests. */
export function lookAgainMs(orders: readonly Order[], nowMs: number, restingMs: number): number {
  const open = orders.filter((one) => !FINAL_ORDER_STATES.includes(one.state) && one.state !== 'MANUAL');
  const unsettled = open.filter((one) => isUnsettled(one) || isLegDue(one, orders));
  if (unsettled.length === 0) return restingMs;
  const youngest = Math.max(...unsettled.map((one) => one.sentAtMs ?? (one.state === 'INTENT' ? 0 : nowMs)));
  return Math.min(restingMs, nowMs - youngest < YOUNG_MS ? SOON_MS : LATER_MS);
}

const RESTING: readonly Order['state'][] = ['ACKED', 'INTENT'];

/** A leg that waits for its entry, and an order that works untouched at its price, are settled. */
const isUnsettled = (order: Order): boolean =>
  order.type === 'market' ? order.state !== 'INTENT' : !RESTING.includes(order.state);

/** A leg whose entry has ended with something filled: it was refused, and goes out again. */
const isLegDue = (order: Order, orders: readonly Order[]): boolean =>
  order.state === 'INTENT' && orders.some((one) => one.leg === 'entry' && hasEndedFilled(one));

const hasEndedFilled = ({ state, quantityFilled }: Order): boolean =>
  FINAL_ORDER_STATES.includes(state) && Number(quantityFilled) > 0;
