/**
 * What protects a position at a network venue, and whether something is held that nothing will close. Rules over a
 * decision's orders and what is held; how large legs are is `claim-sizing.ts`.
 */
import { FINAL_ORDER_STATES, type Order } from '../../schemas/execution.ts';
import { type Decimal, toDecimal, ZERO } from '../decimal.ts';
import { isOfSameMarket, isProtective } from './legs.ts';
import { isOpenOrder } from './order-ends.ts';
import { isWorking, moveAgain } from './order-state.ts';
import { DUST_VALUE } from './venue-sizing.ts';

/** A stop or an exit has ended, or is here again after it was sent: what it was to close may be bare now. */
export const mayLeaveBare = ({ leg, state }: Order, after: Order['state']): boolean =>
  (leg === 'stop' || leg === 'exit') &&
  (FINAL_ORDER_STATES.includes(after) || (state === 'SENT' && after === 'INTENT'));

/**
 * Whether something is held that no stop and no exit will close. `held`: signed, of the strategy in the symbol of
 * `order`; `open`: every open order of the account. What waits for an entry that has filled nothing closes nothing, and
 * an exit that could not leave does not protect. What is worth less than `DUST_VALUE` at `price` no order can close.
 */
export function isBare(order: Order, held: Decimal, open: readonly Order[], price: Decimal): boolean {
  const side = held.isPositive() ? 'sell' : 'buy';
  const isWaitingLeg = (one: Order): boolean =>
    one.state === 'INTENT' &&
    open.some((other) => other.leg === 'entry' && other.decisionId === one.decisionId && isUnfilled(other));
  const closing = open.filter(
    (one) =>
      (one.leg === 'stop' || one.leg === 'exit') &&
      one.side === side &&
      isOfSameMarket(one, order) &&
      one.clientOrderId !== order.clientOrderId &&
      !isWaitingLeg(one),
  );
  const covered = closing.reduce((sum, one) => sum.plus(one.quantity).minus(one.quantityFilled), ZERO);
  const bare = held.abs().minus(covered);
  return bare.gt(ZERO) && bare.times(price).gte(DUST_VALUE);
}

const isUnfilled = ({ quantityFilled }: Order): boolean => !toDecimal(quantityFilled).gt(ZERO);

/**
 * An entry that had ended has filled after all: those of its legs that were given up are due again, back at INTENT.
 * `claimed`: client order ids that were ever on their way to the venue; they are not touched.
 */
export function revivedLegs(
  before: Order,
  after: Order,
  orders: readonly Order[],
  claimed: ReadonlySet<string>,
): Order[] {
  if (after.leg !== 'entry' || !toDecimal(after.quantityFilled).gt(before.quantityFilled)) return [];
  const legs = orders.filter((one) => isProtective(one) && one.decisionId === after.decisionId);
  // Beside a stop a target never leaves.
  const due = legs.some(isStop) ? legs.filter(isStop) : legs;
  return due.filter((one) => one.state === 'ABSENT' && !claimed.has(one.clientOrderId)).map(asAgain);
}

/** Back at INTENT, by a move that the order state's table allows. */
export const asAgain = (order: Order): Order => ({ ...order, state: moveAgain(order.state) });

/**
 * Whether legs of a decision wait although their entry has ended with something filled, and none of them is on its way.
 */
export function waitsForProtection(orders: readonly Order[]): boolean {
  const entry = orders.find((one) => one.leg === 'entry');
  if (entry === undefined || isOpenOrder(entry) || isUnfilled(entry)) return false;
  const legs = orders.filter(isProtective);
  return legs.some((one) => one.state === 'INTENT') && !legs.some((one) => one.state === 'SENT');
}

/** A leg at the venue that would sell more than its entry has filled, which only a bust can bring about. */
export const isOversized = (leg: Order, entry: Order | undefined): boolean =>
  isProtective(leg) &&
  (isWorking(leg.state) || leg.state === 'SENT' || leg.state === 'UNKNOWN') &&
  entry !== undefined &&
  toDecimal(leg.quantity).gt(entry.quantityFilled);

/**
 * After a bust of a fill of `order`: something is held (or owed) that no stop at work fits. An entry that was
 * never to be protected, held in part, is as it was.
 */
export function leavesUncovered(order: Order, held: Decimal, open: readonly Order[]): boolean {
  if (held.isZero()) return false;
  const stops = open.filter((one) => one.leg === 'stop' && isOfSameMarket(one, order));
  // One that has not left yet is sized when it leaves.
  if (stops.some((one) => one.state === 'INTENT' || toDecimal(one.quantity).lte(held.abs()))) return false;
  return order.leg !== 'entry' || stops.length > 0 || held.isPositive() !== (order.side === 'buy');
}

/** Legs at the venue whose position is gone: left there, they would open the other side. */
export function uselessLegs(orders: readonly Order[], held: Decimal): Order[] {
  const entry = orders.find((one) => one.leg === 'entry');
  if (entry === undefined || isOpenOrder(entry)) return [];
  return orders.filter(
    (one) =>
      isProtective(one) &&
      (one.state === 'ACKED' || one.state === 'PARTIAL') &&
      (one.side === 'sell' ? held.lte(ZERO) : held.gte(ZERO)),
  );
}

export const isStop = (order: Order): boolean => order.leg === 'stop';
