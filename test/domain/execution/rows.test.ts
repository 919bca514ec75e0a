import { describe, expect, it } from 'vitest';
import { decimalText } from '../../../domain/decimal.ts';
import type { Book } from '../../../domain/execution/draft.ts';
import { bookFromRows, positionRows, sentOrder } from '../../../domain/execution/rows.ts';
import { orderSchema, positionSchema } from '../../../schemas/execution.ts';
import { bar, bookWith, costs, flatBar, MIDNIGHT, order, stopLeg, walk } from './support.ts';

const reload = (book: Book): Book =>
  bookFromRows({
    account: { accountId: book.accountId, currency: book.currency, cash: decimalText(book.cash) },
    positions: positionRows(book).map((row) => positionSchema.parse(JSON.parse(JSON.stringify(row)))),
    orders: book.orders.map((one) => orderSchema.parse(JSON.parse(JSON.stringify(one)))),
  });

describe('a stored book', () => {
  const model = costs({ commissionBps: 5, slippageBps: 3, fundingRate: 0.0001, volumeFractionMax: 0.025 });
  const start = bookWith(
    order({ quantity: '40', leverage: 3 }),
    stopLeg('95', { distanceFromEntry: '5', quantity: '40' }),
  );
  const bars = [flatBar(0, 100.07), flatBar(7, 101), bar(9, [100, 100, 94, 95]), flatBar(10, 94)];

  it('goes on exactly as if it had never been stored', () => {
    let stored = start;
    let kept = start;
    for (const one of bars) {
      const expected = walk(kept, [one], model);
      const got = walk(reload(stored), [one], model);
      expect(JSON.stringify(got)).toBe(JSON.stringify(expected));
      kept = expected.book;
      stored = got.book;
    }
    expect(kept.positions[0]?.quantity.isZero()).toBe(true);
  });

  it('has a row for a position that just went flat, with its sums', () => {
    const { book } = walk(start, bars, model);
    expect(positionRows(book)[0]).toMatchObject({
      quantity: '0',
      cost: '0',
      averagePrice: '0',
      openedAtMs: null,
      trip: null,
    });
    expect(Number(positionRows(book)[0]?.realizedPnl)).toBeLessThan(0);
  });

  it('passes over finished orders and rows of other accounts', () => {
    const account = { accountId: 'sim:test', currency: 'USD', cash: '5' };
    const rows = [
      order({ state: 'FILLED' }),
      order({ state: 'ACKED', accountId: 'other' }),
      order({ state: 'PARTIAL' }),
    ];
    expect(bookFromRows({ account, positions: [], orders: rows }).orders.map((one) => one.state)).toEqual(['PARTIAL']);
  });

  it('starts the trip of an adopted position at what is held', () => {
    const row = positionRows(walk(bookWith(order({ quantity: '2' })), [flatBar(0, 100)]).book)[0];
    if (row === undefined) throw new Error('no row');
    const { trip, fundingDoneMs, ...bare } = row;
    const book = bookFromRows({
      account: { accountId: 'sim:test', currency: 'USD', cash: '0' },
      positions: [bare],
      orders: [],
    });
    expect(book.positions[0]?.trip?.entryValue.toString()).toBe('200');
    expect(book.positions[0]?.fundingDoneMs).toBe(MIDNIGHT);
  });

  it('sends an intent as an order that has filled nothing', () => {
    const { sessionId, venue, venueOrderId, simulated, state, quantityFilled, sentAtMs, ...intent } = order();
    const sent = sentOrder(intent, { sessionId: 's', venue: 'paper', simulated: false, sentAtMs: 5 });
    expect(orderSchema.parse(sent)).toMatchObject({
      state: 'SENT',
      quantityFilled: '0',
      sentAtMs: 5,
      simulated: false,
    });
  });
});
