/**
 * Orders that belong together: a bracket is an entry and its exits, an OCO two exits of which the first is the parent.
 * Exits are held until their entry is over and are sized from what it FILLED; what one exit fills the other gives up,
 * and the end of one is the end of the other.
 */
import { type Decimal, decimalText, ZERO } from '../../../domain/decimal.ts';
import type { Engine } from './engine.ts';
import { isExit, isOpen, isWorking, remainingOf, type VenueOrder } from './venue-order.ts';
import { type AccountBook, currentOrder, findOrder } from './venue-state.ts';

export type EndKind = 'cancel' | 'expire';

/** The open orders of the same group, without the order itself. */
function openRelatives(book: AccountBook, order: VenueOrder): VenueOrder[] {
  if (order.orderClass === 'simple') return [];
  const root = order.parentId ?? order.id;
  return [...book.openIds]
    .map((id) => currentOrder(book, id))
    .filter((other) => other.id !== order.id && (other.id === root || other.parentId === root));
}

const openExits = (book: AccountBook, order: VenueOrder): VenueOrder[] => openRelatives(book, order).filter(isExit);

/** Legs of this order, also those that are over, in the order of their acceptance. */
export const legsOf = (parent: VenueOrder, orders: () => readonly VenueOrder[]): VenueOrder[] =>
  parent.orderClass === 'simple' ? [] : orders().filter((order) => order.parentId === parent.id);

/** Ends an order that is open, and then what hangs on it. */
export function endOrder(engine: Engine, book: AccountBook, order: VenueOrder, kind: EndKind, reason: string): void {
  const { id: orderId, clientOrderId, symbol } = order;
  const filledQuantity = decimalText(order.filledQuantity);
  engine.emit({ kind, account: book.account, orderId, clientOrderId, symbol, filledQuantity, reason });
  afterEnd(engine, book, currentOrder(book, orderId));
}

/** To be called after each fill of `order`. */
export function afterFill(engine: Engine, book: AccountBook, order: VenueOrder): void {
  const isDone = order.status === 'filled';
  for (const exit of openExits(book, order)) {
    if (order.role === 'entry') changeOrder(engine, book, exit, order.filledQuantity, isDone ? 'new' : 'held');
    else if (isDone) endOrder(engine, book, exit, 'cancel', 'the other exit filled');
    else resizeExit(engine, book, exit, remainingOf(order));
  }
}

/** An entry that ends with a part filled leaves exits for that part; one without any leaves none. */
function afterEnd(engine: Engine, book: AccountBook, order: VenueOrder): void {
  for (const { id } of openExits(book, order)) {
    const exit = findOrder(book, id);
    if (exit === null || !isOpen(exit)) continue;
    if (order.role === 'entry' && order.filledQuantity.gt(ZERO))
      changeOrder(engine, book, exit, order.filledQuantity, 'new');
    else endOrder(engine, book, exit, 'cancel', order.role === 'entry' ? 'the entry ended' : 'the other exit ended');
  }
}

function resizeExit(engine: Engine, book: AccountBook, exit: VenueOrder, remaining: Decimal): void {
  const quantity = exit.filledQuantity.plus(remaining);
  if (!quantity.eq(exit.quantity)) changeOrder(engine, book, exit, quantity, 'keep');
}

function changeOrder(
  engine: Engine,
  book: AccountBook,
  order: VenueOrder,
  quantity: Decimal,
  status: 'new' | 'held' | 'keep',
): void {
  const { id: orderId, clientOrderId, symbol, triggered } = order;
  const kept = order.status === 'partially_filled' ? 'partially_filled' : isWorking(order) ? 'new' : 'held';
  engine.emit({
    kind: 'change',
    account: book.account,
    orderId,
    clientOrderId,
    symbol,
    quantity: decimalText(quantity),
    status: status === 'keep' ? kept : status,
    triggered,
    reason: status === 'keep' ? 'the other exit filled a part' : 'sized from what the entry filled',
  });
}

/** A stop_limit order whose stop was touched. */
export function triggerOrder(engine: Engine, book: AccountBook, order: VenueOrder): void {
  const { id: orderId, clientOrderId, symbol } = order;
  const status = order.status === 'partially_filled' ? 'partially_filled' : 'new';
  const quantity = decimalText(order.quantity);
  const named = { account: book.account, orderId, clientOrderId, symbol };
  engine.emit({ kind: 'change', ...named, quantity, status, triggered: true, reason: 'the stop was touched' });
}
