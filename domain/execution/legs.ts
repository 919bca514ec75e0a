/**
 * Orders that belong together: an entry with its stop and target (same decision), and the exit of a position.
 * A leg waits while its entry works with nothing filled; it then covers what the entry has filled, less what the
 * other leg has. Whatever closes the position cancels what is left of the group.
 */
import type { Order } from '../../schemas/execution.ts';
import { type Decimal, decimalText, protectivePrice, toDecimal } from '../decimal.ts';
import { type Draft, moveInDraft, positionOf, setOrder } from './draft.ts';
import { isWorking } from './order-state.ts';

/** True for a stop or target. */
export const isProtective = (order: Order): boolean => order.leg === 'stop' || order.leg === 'target';

/** Every leg but the entry only ever reduces, whatever its flag says. */
export const isReduceOnly = (order: Order): boolean => order.reduceOnly || order.leg !== 'entry';

const hasFill = (order: Order): boolean => Number(order.quantityFilled) > 0;

const sameMarket = (a: Order, b: Order): boolean => a.symbol === b.symbol && a.strategyId === b.strategyId;

const sameGroup = (a: Order, b: Order): boolean => a.decisionId === b.decisionId && sameMarket(a, b);

/** True while the leg's entry works and has filled nothing. Without a working entry the leg is alive. */
export const isWaiting = (orders: readonly Order[], order: Order): boolean =>
  isProtective(order) && orders.some((one) => one.leg === 'entry' && sameGroup(one, order) && !hasFill(one));

/**
 * An exit gets out: it first cancels the entry's legs, and what is left of
 * the entry. One that only halves leaves the legs.
 */
export function clearWayForExit(draft: Draft, exit: Order): void {
  const isHalving = exit.exitReason === 'reduce';
  cancelAll(draft, (one) => sameMarket(one, exit) && (one.leg === 'entry' || (isProtective(one) && !isHalving)));
}

/** The legs of an entry that ended with nothing filled have nothing to protect. */
export function cancelOrphanLegs(draft: Draft, entry: Order): void {
  if (entry.leg === 'entry' && !hasFill(entry)) cancelAll(draft, (one) => isProtective(one) && sameGroup(one, entry));
}

/**
 * After `quantity` of `order` filled at `price`: legs follow their entry, the other leg shrinks, a position that went
 * flat (or through flat) takes the rest of its orders with it.
 */
export function afterFill(draft: Draft, order: Order, quantity: Decimal, price: Decimal, closed: boolean): void {
  if (order.leg === 'entry') growLegs(draft, order, quantity, price);
  if (isProtective(order)) {
    shrinkSibling(draft, order, quantity);
    cancelAll(draft, (one) => one.leg === 'entry' && sameGroup(one, order));
  }
  if (closed) clearAfterClose(draft, order);
}

/** A stop that was touched will get out in full: its target goes, and the entry stops filling. */
export function cancelForTrigger(draft: Draft, stop: Order): void {
  if (!isProtective(stop)) return;
  cancelAll(draft, (one) => sameGroup(one, stop) && (one.leg === 'target' || one.leg === 'entry'));
}

/** First fill: quantity as filled and price fixed from the distance. Later fills: more quantity. */
function growLegs(draft: Draft, entry: Order, quantity: Decimal, price: Decimal): void {
  const first = toDecimal(entry.quantityFilled).eq(quantity);
  for (const leg of draft.orders.filter((one) => isProtective(one) && sameGroup(one, entry))) {
    const covered = first ? quantity : toDecimal(leg.quantity).plus(quantity);
    const sized = { ...leg, quantity: decimalText(covered) };
    setOrder(draft, first ? priced(sized, entry, price) : sized);
  }
}

/** Long: stop below, target above the first fill; short: mirrored. */
function priced(leg: Order, entry: Order, fillPrice: Decimal): Order {
  if (leg.distanceFromEntry === null) return leg;
  const distance = toDecimal(leg.distanceFromEntry);
  const up = (entry.side === 'buy') === (leg.leg === 'target');
  const price = decimalText(protectivePrice(up ? fillPrice.plus(distance) : fillPrice.minus(distance)));
  return leg.type === 'stop' ? { ...leg, stopPrice: price } : { ...leg, limitPrice: price };
}

function shrinkSibling(draft: Draft, filled: Order, quantity: Decimal): void {
  const siblings = draft.orders.filter(
    (one) => isProtective(one) && sameGroup(one, filled) && one.clientOrderId !== filled.clientOrderId,
  );
  for (const sibling of siblings) {
    const left = toDecimal(sibling.quantity).minus(quantity);
    if (left.gt(sibling.quantityFilled)) setOrder(draft, { ...sibling, quantity: decimalText(left) });
    else moveInDraft(draft, sibling, 'CANCELED');
  }
}

/** Cancels what could still act on a position that is gone; orders of an entry yet to fill stay. */
function clearAfterClose(draft: Draft, closing: Order): void {
  // An entry through flat opens the other side, now or with what is left of it: its own legs are needed.
  const opensOtherSide = closing.leg === 'entry' && (isWorking(closing.state) || !isFlat(draft, closing));
  cancelAll(draft, (one) => {
    if (!sameMarket(one, closing)) return false;
    if (one.clientOrderId === closing.clientOrderId) return isReduceOnly(one);
    if (sameGroup(one, closing) && opensOtherSide) return false;
    return one.leg === 'entry' ? hasFill(one) : isReduceOnly(one) && !isWaiting(draft.orders, one);
  });
}

const isFlat = (draft: Draft, order: Order): boolean =>
  positionOf(draft, order.strategyId, order.symbol)?.quantity.isZero() ?? true;

function cancelAll(draft: Draft, matches: (order: Order) => boolean): void {
  for (const order of draft.orders.filter(matches)) moveInDraft(draft, order, 'CANCELED');
}

/** Of one strategy in one symbol: the same position. */
export const isOfSameMarket = (one: Order, other: Order): boolean =>
  one.strategyId === other.strategyId && one.symbol === other.symbol;
