/**
 * What an account is worth, what it may still spend, and what its open orders hold back. A cash account without
 * credit: buying power = equity − gross exposure − open orders that would open more. Amounts in the quote currency.
 */
import { Decimal, ZERO } from '../../../domain/decimal.ts';
import type { Engine } from './engine.ts';
import { isExit, isWorking, type OrderSide, remainingOf, signed, type VenueOrder } from './venue-order.ts';
import { type AccountBook, currentHoldings, type Holdings, openOrders, quantityHeld } from './venue-state.ts';

export type Worth = {
  readonly equity: Decimal;
  readonly longValue: Decimal;
  /** At or below zero. */
  readonly shortValue: Decimal;
};

/** Positions at the present prices. */
export function worthOf(engine: Engine, holdings: Holdings): Worth {
  const values = [...holdings.positions].map(([symbol, { quantity }]) => quantity.times(engine.price(symbol)));
  const longValue = sum(values.filter((value) => value.gt(ZERO)));
  const shortValue = sum(values.filter((value) => value.lt(ZERO)));
  return { equity: holdings.cash.plus(longValue).plus(shortValue), longValue, shortValue };
}

/** Never below zero. */
export function buyingPower(engine: Engine, book: AccountBook): Decimal {
  const { equity, longValue, shortValue } = worthOf(engine, currentHoldings(book));
  const reserved = sum(openOrders(book).map((order) => reservedFor(engine, book, order)));
  return Decimal.max(ZERO, equity.minus(longValue).plus(shortValue).minus(reserved));
}

/** An open order that would open or grow a position holds its cost back; one that reduces holds nothing. */
function reservedFor(engine: Engine, book: AccountBook, order: VenueOrder): Decimal {
  const held = quantityHeld(book, order.symbol);
  const isReducing = held.times(signed(order.side, remainingOf(order))).lt(ZERO);
  if (!isWorking(order) || isExit(order) || isReducing) return ZERO;
  return remainingOf(order).times(order.limitPrice ?? order.stopPrice ?? engine.price(order.symbol));
}

/** Units that open orders of this side already speak for; the exits of one group count once, at the larger. */
export function heldForOrders(book: AccountBook, symbol: string, side: OrderSide): Decimal {
  const largest = new Map<string, Decimal>();
  for (const order of openOrders(book)) {
    if (order.symbol !== symbol || order.side !== side || !isWorking(order)) continue;
    const group = isExit(order) ? (order.parentId ?? order.id) : order.id;
    largest.set(group, Decimal.max(largest.get(group) ?? ZERO, remainingOf(order)));
  }
  return sum([...largest.values()]);
}

const sum = (values: readonly Decimal[]): Decimal => values.reduce((total, value) => total.plus(value), ZERO);
