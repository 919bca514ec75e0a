/**
 * Takes a trade back, or puts another price in its place: cash, position and the order's count follow. Orders of its
 * group are left alone: what is too much of them is their owner's to cancel.
 */
import { type Decimal, decimalText, ZERO } from '../../../domain/decimal.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { Engine } from './engine.ts';
import { effectsOf, isOpen, type OrderStatus, signed, type VenueFill, type VenueOrder } from './venue-order.ts';
import { type AccountBook, currentHoldings, currentOrder, quantityHeld } from './venue-state.ts';

/** @throws InvalidInput TRADE_UNKNOWN for a trade that is not there, or counts no more */
export function bustTrade(engine: Engine, book: AccountBook, tradeId: string, price: Decimal | null): string {
  const counting = book.fills.filter((one) => book.busts.every((bust) => bust.fill.tradeId !== one.tradeId));
  const fill = counting.find((one) => one.tradeId === (tradeId.split('::').at(-1) ?? tradeId));
  if (fill === undefined) {
    throw new InvalidInput([problem('TRADE_UNKNOWN', 'tradeId', tradeId, 'a trade of the account that counts')]);
  }
  const order = currentOrder(book, fill.orderId);
  const executionId = engine.nextId();
  const filled = price === null ? order.filledQuantity.minus(fill.quantity) : order.filledQuantity;
  const { symbol, side, quantity } = fill;
  const change = price === null ? effectsOf(fill).held : ZERO;
  engine.emit({
    kind: 'bust',
    account: book.account,
    ...{ orderId: order.id, clientOrderId: order.clientOrderId, symbol, tradeId: fill.tradeId, executionId, side },
    quantity: decimalText(quantity),
    price: decimalText(fill.price),
    correctedPrice: price === null ? null : decimalText(price),
    filledQuantity: decimalText(filled),
    status: price === null ? statusAfter(order, filled) : order.status,
    cashAfter: decimalText(currentHoldings(book).cash.plus(cashBack(fill, price))),
    positionAfter: decimalText(quantityHeld(book, symbol).minus(change)),
  });
  return executionId;
}

/** With its fee, unless another price counts in its place. */
const cashBack = (fill: VenueFill, corrected: Decimal | null): Decimal =>
  corrected === null
    ? effectsOf(fill).cash.negated()
    : signed(fill.side, fill.quantity.times(fill.price.minus(corrected)));

function statusAfter(order: VenueOrder, filled: Decimal): OrderStatus {
  if (order.status === 'filled') return 'canceled';
  if (!isOpen(order) || order.status === 'held') return order.status;
  return filled.isZero() ? 'new' : 'partially_filled';
}
