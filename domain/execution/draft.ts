/**
 * The account as a value (Book), what one step of it gives back (BookStep), and the draft in which a step collects
 * its changes. A draft lives inside one call: books are never changed, and lists that did not change are shared.
 */
import type { ClosedTrade, Fill, LedgerEntry, Order, OrderState } from '../../schemas/execution.ts';
import type { Decimal } from '../decimal.ts';
import { isTerminal, moveOrder } from './order-state.ts';
import type { BookPosition } from './position.ts';

/** One account: cash, positions (flat ones stay, with their sums), working orders. Money in `currency`. */
export type Book = {
  readonly accountId: string;
  readonly currency: string;
  readonly cash: Decimal;
  readonly positions: readonly BookPosition[];
  readonly orders: readonly Order[];
};

/** `orders`: the last version of every order whose state, quantity or price changed, also those that left the book. */
export type BookStep = {
  readonly book: Book;
  readonly fills: readonly Fill[];
  readonly entries: readonly LedgerEntry[];
  readonly orders: readonly Order[];
  readonly closedTrades: readonly ClosedTrade[];
};

export type Draft = {
  readonly accountId: string;
  readonly currency: string;
  cash: Decimal;
  positions: readonly BookPosition[];
  orders: readonly Order[];
  readonly fills: Fill[];
  readonly entries: LedgerEntry[];
  readonly closedTrades: ClosedTrade[];
  readonly changed: Map<string, Order>;
};

export const NOTHING: readonly never[] = Object.freeze([]);

/** A step that left the book as it was. */
export const quietStep = (book: Book): BookStep => ({
  book,
  fills: NOTHING,
  entries: NOTHING,
  orders: NOTHING,
  closedTrades: NOTHING,
});

export const draftOf = (book: Book): Draft => ({
  accountId: book.accountId,
  currency: book.currency,
  cash: book.cash,
  positions: book.positions,
  orders: book.orders,
  fills: [],
  entries: [],
  closedTrades: [],
  changed: new Map(),
});

export const stepOf = (draft: Draft): BookStep => ({
  book: {
    accountId: draft.accountId,
    currency: draft.currency,
    cash: draft.cash,
    positions: draft.positions,
    orders: draft.orders,
  },
  fills: draft.fills,
  entries: draft.entries,
  orders: draft.changed.size === 0 ? NOTHING : [...draft.changed.values()],
  closedTrades: draft.closedTrades,
});

type HoldsPositions = { readonly positions: readonly BookPosition[] };

/** The position of a strategy in a symbol, flat or not; undefined when there never was one. */
export const positionOf = (book: HoldsPositions, strategyId: string, symbol: string): BookPosition | undefined =>
  book.positions.find((one) => one.symbol === symbol && one.strategyId === strategyId);

/** The working order of that id. */
export const workingOrder = (book: { readonly orders: readonly Order[] }, clientOrderId: string): Order | undefined =>
  book.orders.find((one) => one.clientOrderId === clientOrderId);

export function setPosition(draft: Draft, position: BookPosition): void {
  const index = draft.positions.findIndex(
    (one) => one.symbol === position.symbol && one.strategyId === position.strategyId,
  );
  draft.positions = index < 0 ? [...draft.positions, position] : draft.positions.with(index, position);
}

/** Records a new version of an order; one in a final state leaves the book. */
export function setOrder(draft: Draft, order: Order): void {
  draft.changed.set(order.clientOrderId, order);
  const index = draft.orders.findIndex((one) => one.clientOrderId === order.clientOrderId);
  if (isTerminal(order.state)) {
    if (index >= 0) draft.orders = draft.orders.filter((one) => one.clientOrderId !== order.clientOrderId);
    return;
  }
  draft.orders = index < 0 ? [...draft.orders, order] : draft.orders.with(index, order);
}

/** Moves an order to another state. @throws ImpossibleOrderMove */
export const moveInDraft = (draft: Draft, order: Order, state: OrderState): void =>
  setOrder(draft, { ...order, state: moveOrder(order.state, state) });
