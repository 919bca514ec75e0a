/**
 * An account as it was at a moment: what a read answers when the venue's reading side lags behind its writing side.
 * `Infinity` is now. An order accepted after the moment is simply not there.
 */

import type { VenueBust, VenueFill, VenueOrder } from './venue-order.ts';
import type { AccountBook, Holdings } from './venue-state.ts';

export type BookView = {
  readonly account: string;
  readonly openedAtMs: number;
  readonly holdings: Holdings;
  readonly order: (id: string) => VenueOrder | null;
  /** The newest order with this id of the client's. */
  readonly byClientOrderId: (clientOrderId: string) => VenueOrder | null;
  /** In the order of their acceptance. */
  readonly orders: () => readonly VenueOrder[];
  readonly fills: () => readonly VenueFill[];
  readonly busts: () => readonly VenueBust[];
};

export function viewBook(book: AccountBook, asOfMs: number): BookView {
  const order = (id: string): VenueOrder | null =>
    book.orders.get(id)?.findLast((version) => version.updatedAtMs <= asOfMs) ?? null;
  const present = (ids: Iterable<string>): VenueOrder[] =>
    [...ids].flatMap((id) => {
      const found = order(id);
      return found === null ? [] : [found];
    });
  return {
    account: book.account,
    openedAtMs: book.openedAtMs,
    holdings: holdingsAt(book, asOfMs),
    order,
    byClientOrderId: (clientOrderId) => present(book.idsByClientOrderId.get(clientOrderId) ?? []).at(-1) ?? null,
    orders: () => present(book.orders.keys()),
    fills: () => book.fills.filter((fill) => fill.atMs <= asOfMs),
    busts: () => book.busts.filter((bust) => bust.atMs <= asOfMs),
  };
}

function holdingsAt(book: AccountBook, asOfMs: number): Holdings {
  const found = book.holdings.findLast((one) => one.atMs <= asOfMs) ?? book.holdings[0];
  if (found === undefined) throw new Error('an account always has holdings');
  return found;
}
