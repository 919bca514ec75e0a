/**
 * The face of the simulated and the paper account: open it, place and cancel orders, walk it over bars, value it.
 * Every call takes a book and gives back a new one with all that happened; nothing is stored here. The paper broker
 * in Postgres and every backtest run this very code. Buying power is the gate's business: equity is what counts.
 */
import type { Order } from '../../schemas/execution.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { type Decimal, toDecimal, ZERO } from '../decimal.ts';
import {
  type Book,
  type BookStep,
  type Draft,
  draftOf,
  moveInDraft,
  quietStep,
  setOrder,
  stepOf,
  workingOrder,
} from './draft.ts';
import { cancelOrphanLegs, clearWayForExit, isProtective } from './legs.ts';
import { isWorking, moveOrder } from './order-state.ts';

export { type Book, type BookStep, positionOf } from './draft.ts';
export { isProtective } from './legs.ts';
export { markBar, matchBar } from './match-bar.ts';
export type { BookPosition } from './position.ts';

/** A new account with nothing but cash. The deposit's entries come from `depositEntries`. */
export const openBook = (accountId: string, startingCash: string | number, currency = 'USD'): Book => ({
  accountId,
  currency,
  cash: toDecimal(startingCash),
  positions: [],
  orders: [],
});

/**
 * Takes orders in state SENT or ACKED to work. An exit first cancels its position's legs and what is left of the
 * entry. An order that works already is left alone, so a repeated call changes nothing.
 * @throws InvalidInput `ORDER_INVALID` with every mistake; ImpossibleOrderMove for orders in other states
 */
export function placeOrders(book: Book, orders: readonly Order[]): BookStep {
  const problems = orders.flatMap((order, index) => orderProblems(book, order, `orders[${index}]`));
  if (problems.length > 0) throw new InvalidInput(problems);
  const draft = draftOf(book);
  for (const order of orders) {
    if (workingOrder(draft, order.clientOrderId) !== undefined) continue;
    if (order.leg === 'exit') clearWayForExit(draft, order);
    setOrder(draft, isWorking(order.state) ? order : { ...order, state: moveOrder(order.state, 'ACKED') });
  }
  return draft.changed.size === 0 ? quietStep(book) : stepOf(draft);
}

function orderProblems(book: Book, order: Order, path: string): Problem[] {
  const wrong = (field: string, got: unknown, expected: string): Problem =>
    problem('ORDER_INVALID', `${path}.${field}`, got, expected);
  const problems: Problem[] = [];
  const { quantity, type, limitPrice, stopPrice } = order;
  const fixedLater = order.distanceFromEntry !== null && isProtective(order);
  if (order.accountId !== book.accountId) problems.push(wrong('accountId', order.accountId, book.accountId));
  if (!(Number(quantity) > 0)) problems.push(wrong('quantity', quantity, 'more than 0'));
  if (order.sentAtMs === null) problems.push(wrong('sentAtMs', null, 'the market time from which it works'));
  if (type === 'limit' && limitPrice === null && !fixedLater) problems.push(wrong('limitPrice', null, 'a price'));
  if (type === 'stop' && stopPrice === null && !fixedLater) problems.push(wrong('stopPrice', null, 'a price'));
  return problems;
}

/**
 * Ends one working order. Legs of an entry that had filled nothing go with it; legs of a part stay. An order that is
 * not at work any more is left alone: the cancel came too late.
 */
export function cancelOrder(book: Book, clientOrderId: string, state: 'CANCELED' | 'EXPIRED'): BookStep {
  const order = workingOrder(book, clientOrderId);
  if (order === undefined) return quietStep(book);
  const draft = draftOf(book);
  end(draft, order, state);
  return stepOf(draft);
}

/** Ends every working order, of one strategy or all: entries and exits expire, stops and targets are cancelled. */
export function expireAll(book: Book, strategyId: string | null = null): BookStep {
  const ending = book.orders.filter((order) => strategyId === null || order.strategyId === strategyId);
  if (ending.length === 0) return quietStep(book);
  const draft = draftOf(book);
  for (const { clientOrderId } of ending) {
    const order = workingOrder(draft, clientOrderId);
    if (order !== undefined) end(draft, order, isProtective(order) ? 'CANCELED' : 'EXPIRED');
  }
  return stepOf(draft);
}

function end(draft: Draft, order: Order, state: 'CANCELED' | 'EXPIRED'): void {
  moveInDraft(draft, order, state);
  cancelOrphanLegs(draft, order);
}

/** Equity = cash + Σ quantity × mark. */
export const equityOf = (book: Book): Decimal =>
  book.positions.reduce(
    (sum, one) => (one.quantity.isZero() ? sum : sum.plus(one.quantity.times(one.markPrice))),
    book.cash,
  );

/** Margin in use = Σ |quantity × mark| / leverage. */
export const marginOf = (book: Book): Decimal =>
  book.positions.reduce(
    (sum, one) => (one.quantity.isZero() ? sum : sum.plus(one.quantity.times(one.markPrice).abs().div(one.leverage))),
    ZERO,
  );
