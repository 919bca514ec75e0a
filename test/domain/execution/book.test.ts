/** The book as a value: what it was given stays as it is, and the same bar gives the same book. */
import { describe, expect, it } from 'vitest';
import { cancelOrder, expireAll, placeOrders } from '../../../domain/execution/book.ts';
import { ImpossibleOrderMove } from '../../../domain/execution/order-state.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { bookWith, FREE, flatBar, MIDNIGHT, order, states, stopLeg, walk } from './support.ts';

describe('the book as a value', () => {
  it('gives the very same book back when a bar finds nothing to do', () => {
    const book = bookWith(order({ symbol: 'ETH/USDT' }));
    expect(walk(book, [flatBar(0, 100)]).book).toBe(book);
  });

  it('never changes a book it was given', () => {
    const book = bookWith(order(), stopLeg('95'));
    const before = JSON.stringify(book);
    walk(book, [flatBar(0, 100), flatBar(1, 90)]);
    expect(JSON.stringify(book)).toBe(before);
  });

  it('gives equal trades and ids when the same bar is matched twice', () => {
    const book = bookWith(order(), stopLeg('95'));
    expect(walk(book, [flatBar(0, 100)])).toEqual(walk(book, [flatBar(0, 100)]));
  });

  it('expires what the last bar decided and cancels legs, of one strategy or of all', () => {
    const other = order({ strategyId: 's-2', decisionId: 'd-6' });
    const book = bookWith(order(), stopLeg('95'), other);
    expect(states(expireAll(book))).toEqual({ 'd-1-entry': 'EXPIRED', 'd-1-stop': 'CANCELED', 'd-6-entry': 'EXPIRED' });
    expect(expireAll(book, 's-2').book.orders.map((one) => one.strategyId)).toEqual(['s-1', 's-1']);
  });

  it('ignores an order that works already, and a cancel that came too late', () => {
    const book = bookWith(order());
    expect(placeOrders(book, [order()]).book).toBe(book);
    const filled = walk(book, [flatBar(0, 100)]).book;
    expect(cancelOrder(filled, 'd-1-entry', 'CANCELED').book).toBe(filled);
  });

  it('refuses orders that cannot work, with every mistake at once', () => {
    const bad = order({ quantity: '0', type: 'limit', sentAtMs: null, accountId: 'other' });
    const attempt = (): unknown => placeOrders(bookWith(), [bad, order({ decisionId: 'd-7', type: 'stop' })]);
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(/accountId[\s\S]*quantity[\s\S]*sentAtMs[\s\S]*limitPrice[\s\S]*orders\[1\].stopPrice/);
    expect(() => bookWith(order({ state: 'FILLED' }))).toThrow(ImpossibleOrderMove);
  });

  it('does not fill before the order was sent', () => {
    expect(walk(bookWith(order({ sentAtMs: MIDNIGHT + 1 })), [flatBar(0, 100)], FREE).fills).toEqual([]);
  });
});
