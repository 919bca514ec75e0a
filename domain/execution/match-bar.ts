/**
 * One bar against the book, in the order every driver uses: funding due, pending orders at the open, entries touched
 * inside the bar, liquidation, stops, targets, funding inside the bar, mark at the close.
 * Bars hide the order of prices, so what cannot be known is decided against the account. Fills carry the open time.
 */
import type { Costs, Order } from '../../schemas/execution.ts';
import { toDecimal } from '../decimal.ts';
import type { BarRow } from '../market/bar-series.ts';
import {
  type Book,
  type BookStep,
  type Draft,
  draftOf,
  quietStep,
  setPosition,
  stepOf,
  workingOrder,
} from './draft.ts';
import { isTriggered, touchOf } from './fill-model.ts';
import { liquidate } from './forced-close.ts';
import { payFunding } from './funding.ts';
import { isProtective, isWaiting } from './legs.ts';
import { fillWithin, type Passage, passageOf } from './passage.ts';

/**
 * Advances the book by one closed bar of `symbol`. Orders fill only in bars that open at or after their `sentAtMs`;
 * together they take at most `volumeFractionMax` of the volume, in order of (sentAtMs, clientOrderId); the rest stays.
 * A bar of volume 0 fills nothing but marks. Without orders or position in the symbol the very book comes back.
 */
export function matchBar(book: Book, symbol: string, bar: BarRow, intervalMs: number, costs: Costs): BookStep {
  const due = dueOrders(book, symbol, bar.openTimeMs);
  if (due.length === 0 && !holds(book, symbol)) return quietStep(book);
  const draft = draftOf(book);
  payFunding(draft, symbol, bar.openTimeMs, costs);
  if (bar.volume > 0) trade(passageOf(draft, bar, costs, due), symbol);
  payFundingInside(draft, symbol, bar, intervalMs, costs);
  return stepOf(draft);
}

/** Values the positions of `symbol` at the bar's close; for books whose orders are filled elsewhere. */
export function markBar(book: Book, symbol: string, bar: BarRow): BookStep {
  if (!holds(book, symbol)) return quietStep(book);
  const draft = draftOf(book);
  markAt(draft, symbol, bar);
  return stepOf(draft);
}

function markAt(draft: Draft, symbol: string, bar: BarRow): void {
  const close = toDecimal(bar.close);
  for (const position of draft.positions) {
    if (position.symbol === symbol && !position.quantity.isZero())
      setPosition(draft, { ...position, markPrice: close });
  }
}

function trade(passage: Passage, symbol: string): void {
  const { draft, bar, costs, openedInside, grownInside } = passage;
  if (passage.due.length > 0) {
    visit(passage, (order) => !isProtective(order) || isTriggered(order), tradeAtOpen);
    visit(passage, (order) => order.leg === 'entry', tradeInside);
  }
  liquidate(draft, symbol, bar, costs, (position) => !openedInside.has(position.strategyId));
  if (passage.due.length === 0) return;
  visit(passage, (order) => order.leg !== 'entry' && order.type === 'stop', tradeInside);
  // After an entry inside the bar its target may have been passed before it: it has to wait for the next bar.
  visit(
    passage,
    (order) => order.leg !== 'entry' && order.type === 'limit' && !grownInside.has(order.strategyId),
    tradeInside,
  );
}

/** Shows each due order that still works, and does not wait for its entry, to one phase of the bar. */
function visit(
  passage: Passage,
  isMeant: (order: Order) => boolean,
  act: (passage: Passage, order: Order) => void,
): void {
  for (const clientOrderId of passage.due) {
    const order = workingOrder(passage.draft, clientOrderId);
    if (order !== undefined && isMeant(order) && !isWaiting(passage.draft.orders, order)) act(passage, order);
  }
}

function tradeAtOpen(passage: Passage, order: Order): void {
  const touch = touchOf(order, passage.bar, passage.costs);
  if (touch?.atOpen === true) fillWithin(passage, order, touch);
}

function tradeInside(passage: Passage, order: Order): void {
  if (isTriggered(order)) return;
  const sinceOpen = order.leg === 'entry' || !passage.openedInside.has(order.strategyId);
  const touch = touchOf(order, passage.bar, passage.costs, sinceOpen);
  if (touch !== null) fillWithin(passage, order, touch);
}

function holds(book: Book, symbol: string): boolean {
  for (const position of book.positions) if (position.symbol === symbol && !position.quantity.isZero()) return true;
  return false;
}

/** Ids of the symbol's orders that were sent by `openTimeMs`, by (sentAtMs, clientOrderId). */
function dueOrders(book: Book, symbol: string, openTimeMs: number): readonly string[] {
  const due = book.orders.filter(
    (one) => one.symbol === symbol && (one.sentAtMs ?? Number.POSITIVE_INFINITY) <= openTimeMs,
  );
  if (due.length > 1) due.sort(bySendTime);
  return due.map((one) => one.clientOrderId);
}

function bySendTime(a: Order, b: Order): number {
  const byTime = (a.sentAtMs ?? 0) - (b.sentAtMs ?? 0);
  if (byTime !== 0) return byTime;
  return a.clientOrderId < b.clientOrderId ? -1 : 1;
}

/** Marks at the close, then settles instants strictly inside the bar; the close itself belongs to the next open. */
function payFundingInside(draft: Draft, symbol: string, bar: BarRow, intervalMs: number, costs: Costs): void {
  markAt(draft, symbol, bar);
  payFunding(draft, symbol, bar.openTimeMs + intervalMs - 1, costs);
}
