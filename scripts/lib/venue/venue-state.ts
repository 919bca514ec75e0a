/**
 * The venue's books as they stand: accounts, orders, fills. They change in `apply-record.ts` only.
 * Nothing is forgotten: every version of an order and every balance stays, so that a read can be answered as of an
 * earlier moment (read lag).
 */
import { type Decimal, ZERO } from '../../../domain/decimal.ts';
import type { VenueBust, VenueFill, VenueOrder, VenuePosition } from './venue-order.ts';

/** What an account holds from `atMs` on. */
export type Holdings = {
  readonly atMs: number;
  readonly cash: Decimal;
  readonly positions: ReadonlyMap<string, VenuePosition>;
};

export type AccountBook = {
  readonly account: string;
  readonly openedAtMs: number;
  /** Oldest first, never empty. */
  readonly holdings: Holdings[];
  /** By venue id: its versions, oldest first. */
  readonly orders: Map<string, VenueOrder[]>;
  readonly idsByClientOrderId: Map<string, string[]>;
  readonly openIds: Set<string>;
  /** Also those that were busted since: the list of a venue is a record. */
  readonly fills: VenueFill[];
  readonly busts: VenueBust[];
};

export type VenueState = {
  readonly books: Map<string, AccountBook>;
  readonly pinnedPrices: Map<string, Decimal>;
  sequence: number;
  /** Of the first and the last line. */
  firstAtMs: number | null;
  lastAtMs: number;
};

export const emptyState = (): VenueState => ({
  books: new Map(),
  pinnedPrices: new Map(),
  sequence: 0,
  firstAtMs: null,
  lastAtMs: 0,
});

/** @throws Error when there is no such account */
export function bookOf(state: VenueState, account: string): AccountBook {
  const book = state.books.get(account);
  if (book === undefined) throw new Error(`no account ${account}`);
  return book;
}

/** The latest version of an order, null when there is none. */
export const findOrder = (book: AccountBook, id: string): VenueOrder | null => book.orders.get(id)?.at(-1) ?? null;

export const currentOrder = (book: AccountBook, id: string): VenueOrder => {
  const order = findOrder(book, id);
  if (order === null) throw new Error(`no order ${id}`);
  return order;
};

export const openOrders = (book: AccountBook): VenueOrder[] => [...book.openIds].map((id) => currentOrder(book, id));

export const currentHoldings = (book: AccountBook): Holdings => lastOf(book.holdings);

export const quantityHeld = (book: AccountBook, symbol: string): Decimal =>
  currentHoldings(book).positions.get(symbol)?.quantity ?? ZERO;

function lastOf<T>(items: readonly T[]): T {
  const last = items.at(-1);
  if (last === undefined) throw new Error('an account always has holdings');
  return last;
}
