/**
 * An account that takes a venue's answers as the store does: it knows the
 * fills it has booked and the busts it was told.
 */
import { type Book, openBook } from '../../domain/execution/book.ts';
import type { takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import type { Fill, LedgerEntry, Order } from '../../schemas/execution.ts';
import type { VenueBust } from '../../schemas/venue.ts';
import { type Answer, bustsOf, fillsOf, ourOrder, seenAt, type VenueLife } from './venue-life.ts';

export type Take = typeof takeVenueAnswer;
export type VenueAccount = {
  readonly book: Book;
  readonly orders: readonly Order[];
  readonly booked: readonly Fill[];
  readonly entries: readonly LedgerEntry[];
  readonly duplicates: number;
};
export type OnStep = (now: VenueAccount, before: Order, after: Order, taken: readonly Fill[], answer: Answer) => void;

export const CASH = '10000';

/** Fills that count: neither taken back nor taking one back. */
export function counting(booked: readonly Fill[]): Fill[] {
  const gone = new Set(booked.map((one) => one.takesBack));
  return booked.filter((one) => (one.takesBack ?? null) === null && !gone.has(one.tradeId));
}

export function takeAll(
  take: Take,
  lives: readonly VenueLife[],
  answers: readonly Answer[],
  onStep: OnStep = () => undefined,
): VenueAccount {
  let book = openBook('sim:test', CASH);
  const orders: Order[] = lives.map(ourOrder);
  const booked: Fill[] = [];
  const entries: LedgerEntry[] = [];
  const told = new Map<number, VenueBust[]>();
  let duplicates = 0;
  for (const one of answers) {
    const { which, upTo, skip, sees, tells } = one;
    const [life, order] = [lives[which], orders[which]];
    if (life === undefined || order === undefined) continue;
    const fills = fillsOf(life, which)
      .slice(0, upTo)
      .filter((_, turn) => sees || turn !== skip);
    if (tells) told.set(which, bustsOf(life, which));
    const known = new Set(booked.map((fill) => fill.tradeId));
    duplicates += fills.filter((fill) => known.has(fill.tradeId)).length;
    const history = counting(booked).map((fill) => ({ fill, order: orderOf(orders, fill) ?? order }));
    const busts = { busts: told.get(which) ?? [], history };
    const seen = sees ? seenAt(life, which, upTo) : null;
    const step = take(book, order, seen, [...fills, ...fills.slice(0, 1)], known, busts);
    book = step.book;
    const after = step.orders.at(-1) ?? order;
    orders[which] = after;
    booked.push(...step.fills);
    entries.push(...step.entries);
    onStep({ book, orders, booked, entries, duplicates }, order, after, step.fills, one);
  }
  return { book, orders, booked, entries, duplicates };
}

const orderOf = (orders: readonly Order[], fill: Fill): Order | undefined =>
  orders.find((one) => one.clientOrderId === fill.clientOrderId);
