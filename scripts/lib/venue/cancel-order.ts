/**
 * Cancels orders and closes positions. A cancel may lose a race (fault `cancelRace`): the order fills just before it,
 * and the answer is the one an order gets that is already filled.
 */
import { type Decimal, decimalText, toDecimal, ZERO } from '../../../domain/decimal.ts';
import type { Engine } from './engine.ts';
import { fillOrder, matchGroup } from './match-orders.ts';
import { endOrder } from './order-group.ts';
import { placeOrder } from './place-order.ts';
import { isCrypto, isOpen, isWorking, type Refusal, refusal, remainingOf, type VenueOrder } from './venue-order.ts';
import { type AccountBook, currentHoldings, currentOrder, findOrder, openOrders } from './venue-state.ts';

const NOT_FOUND = 40410000;
const NOT_ALLOWED = 42210000;

/** Null when the order is canceled now. */
export function cancelOrder(engine: Engine, book: AccountBook, id: string): Refusal | null {
  const order = findOrder(book, id);
  if (order === null) return refusal(404, NOT_FOUND, `order not found for ${id}`);
  if (!isOpen(order)) return over(order);
  if (isWorking(order) && engine.faults.happens('cancelRace')) {
    const price = order.limitPrice ?? order.stopPrice ?? engine.price(order.symbol);
    fillOrder(engine, book, order, remainingOf(order), price);
    matchGroup(engine, book, order);
    return over({ ...order, status: 'filled' });
  }
  endOrder(engine, book, order, 'cancel', 'canceled by request');
  matchGroup(engine, book, order);
  return null;
}

const over = (order: VenueOrder): Refusal => refusal(422, NOT_ALLOWED, `order is already in "${order.status}" state`);

export type CancelOutcome = { readonly id: string; readonly status: number; readonly body: Refusal | null };

/** All open orders, oldest first. A leg that ended with its group a moment ago counts as canceled. */
export function cancelAllOrders(engine: Engine, book: AccountBook): CancelOutcome[] {
  return openOrders(book).map(({ id }) => {
    const body = currentOrder(book, id).status === 'canceled' ? null : cancelOrder(engine, book, id);
    return { id, status: body?.status ?? 200, body };
  });
}

/** Sells or buys back a position, or a part of it, with a market order. `part` is a quantity or a fraction. */
export function closePosition(
  engine: Engine,
  book: AccountBook,
  symbol: string,
  part: { readonly quantity?: Decimal; readonly fraction?: Decimal },
): VenueOrder | Refusal {
  const held = currentHoldings(book).positions.get(symbol)?.quantity ?? ZERO;
  if (held.isZero()) return refusal(404, NOT_FOUND, `position does not exist: ${symbol}`);
  const quantity =
    part.quantity ??
    held
      .abs()
      .times(part.fraction ?? toDecimal(1))
      .toDecimalPlaces(9);
  const side = held.gt(ZERO) ? 'sell' : 'buy';
  const type = 'market';
  const body = { symbol, qty: decimalText(quantity), side, type, time_in_force: isCrypto(symbol) ? 'gtc' : 'day' };
  return placeOrder(engine, book, body, 'client');
}
