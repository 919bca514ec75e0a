import { describe, expect, it } from 'vitest';
import { equityOf } from '../../../domain/execution/book.ts';
import { liquidationPriceOf } from '../../../domain/execution/forced-close.ts';
import { bar, bookWith, brief, costs, flatBar, HOUR, MIDNIGHT, order, states, stopLeg, walk } from './support.ts';

const leveraged = (change = {}) => order({ quantity: '10', leverage: 5, ...change });
const rate = costs({ fundingRate: 0.001 });
/** [hour of the instant, amount] of each payment out of cash. */
const payments = (step: ReturnType<typeof walk>): (string | number)[][] =>
  step.entries
    .filter((one) => one.kind === 'funding' && one.book === 'cash')
    .map((one) => [(one.atMs - MIDNIGHT) / HOUR, one.amount]);

describe('funding', () => {
  it('is paid by longs at 08, 16 and 00 UTC only, on the marked value', () => {
    const bars = Array.from({ length: 26 }, (_, hour) => flatBar(hour, hour < 12 ? 100 : 200));
    const step = walk(bookWith(leveraged()), bars, rate);
    expect(payments(step)).toEqual([
      [8, '-1'],
      [16, '-2'],
      [24, '-2'],
    ]);
    expect(step.book.positions[0]?.funding.toString()).toBe('5');
    expect(step.book.cash.toString()).toBe('8995');
  });

  it('is received by shorts, and turned round by a negative rate', () => {
    const bars = Array.from({ length: 10 }, (_, hour) => flatBar(hour, 100));
    expect(payments(walk(bookWith(leveraged({ side: 'sell' })), bars, rate))).toEqual([[8, '1']]);
    expect(payments(walk(bookWith(leveraged()), bars, costs({ fundingRate: -0.001 })))).toEqual([[8, '1']]);
  });

  it('is not paid without leverage, nor for the instant at which the position opens', () => {
    const bars = Array.from({ length: 10 }, (_, hour) => flatBar(hour, 100));
    expect(payments(walk(bookWith(order({ quantity: '10' })), bars, rate))).toEqual([]);
    const atEight = leveraged({ sentAtMs: MIDNIGHT + 8 * HOUR });
    expect(payments(walk(bookWith(atEight), bars, rate))).toEqual([]);
  });

  it('is paid before an exit that fills at the open of the instant', () => {
    const exit = order({ decisionId: 'd-2', leg: 'exit', side: 'sell', quantity: '10', sentAtMs: MIDNIGHT + 8 * HOUR });
    const entry = walk(bookWith(leveraged()), [flatBar(0, 100)], rate).book;
    const step = walk({ ...entry, orders: [{ ...exit, state: 'ACKED' }] }, [flatBar(7, 100), flatBar(8, 100)], rate);
    expect(payments(step)).toEqual([[8, '-1']]);
    expect(step.closedTrades[0]).toMatchObject({ pnl: '-1', funding: '1' });
  });

  it('is paid once for every instant inside a gap and inside a daily bar', () => {
    const afterGap = walk(bookWith(leveraged()), [flatBar(0, 100), flatBar(33, 100)], rate);
    expect(payments(afterGap).map(([hour]) => hour)).toEqual([8, 16, 24, 32]);
    const daily = walk(bookWith(leveraged()), [flatBar(0, 100), flatBar(24, 100)], rate, 24 * HOUR);
    expect(payments(daily).map(([hour]) => hour)).toEqual([8, 16, 24, 32, 40]);
    expect(new Set(daily.entries.map((one) => one.entryId)).size).toBe(daily.entries.length);
  });
});

describe('liquidation', () => {
  const maintenance = costs({ maintenanceMarginFraction: 0.01, commissionBps: 6 });

  it('uses the isolated Gate / OKX price', () => {
    const { book } = walk(bookWith(leveraged({ quantity: '1' })), [flatBar(0, 10)], maintenance);
    const position = book.positions[0];
    if (position === undefined) throw new Error('no position');
    expect(liquidationPriceOf(position, maintenance)?.toString()).toBe('8.08570851');
  });

  it('beats the stop in the same bar, closes the whole position outside the volume cap and cancels the stop', () => {
    const capped = { ...maintenance, volumeFractionMax: 0.5 };
    const book = bookWith(leveraged({ quantity: '400' }), stopLeg('9', { quantity: '400' }));
    const held = walk(book, [flatBar(0, 10)], capped).book;
    const step = walk(held, [bar(1, [10, 10, 8, 9])], capped);
    expect(brief(step)).toEqual([['sell', '400', '8.08570851']]);
    expect(step.closedTrades[0]?.exitReason).toBe('liquidation');
    expect(states(step)).toMatchObject({ 'd-1-stop': 'CANCELED' });
    expect(step.orders.find((one) => one.leg === 'liquidation')).toMatchObject({ state: 'FILLED', decisionId: 'd-1' });
    expect(step.entries.filter((one) => one.kind === 'liquidation').map((one) => one.book)).toEqual([
      'cash',
      'position:BTC/USDT',
    ]);
  });

  it('costs no more than the margin at its price', () => {
    const book = walk(bookWith(leveraged({ quantity: '100' })), [flatBar(0, 10)], maintenance).book;
    const step = walk(book, [bar(1, [10, 10, 5, 9])], maintenance);
    const lost = equityOf(book).minus(equityOf(step.book)).toNumber();
    expect(lost).toBeGreaterThan(190);
    expect(lost).toBeLessThanOrEqual(200);
  });

  it('fills at the open on a gap, and the account bears what exceeds the margin', () => {
    const book = walk(bookWith(leveraged({ quantity: '4000' })), [flatBar(0, 10, 4_000)]).book;
    const step = walk(book, [bar(1, [7, 8, 6, 8])]);
    expect(brief(step)).toEqual([['sell', '4000', '7']]);
    expect(equityOf(step.book).toString()).toBe('-2000');
  });

  it('closes a short above its entry', () => {
    const book = walk(bookWith(leveraged({ side: 'sell', quantity: '1' })), [flatBar(0, 10)], maintenance).book;
    expect(brief(walk(book, [bar(1, [10, 11.8, 10, 11])], maintenance))).toEqual([]);
    expect(brief(walk(book, [bar(1, [10, 11.9, 10, 11])], maintenance))).toEqual([['buy', '1', '11.87413418']]);
  });

  it('lets a pending exit at the open go first, and never touches positions without leverage', () => {
    const held = walk(bookWith(leveraged()), [flatBar(0, 10)], maintenance).book;
    const exit = order({ decisionId: 'd-2', leg: 'exit', side: 'sell', quantity: '10', state: 'ACKED' });
    const step = walk({ ...held, orders: [exit] }, [bar(1, [9, 9, 5, 6])], maintenance);
    expect(step.closedTrades[0]).toMatchObject({ exitReason: 'signal', exitPrice: '9' });
    const plain = walk(bookWith(order({ side: 'sell' })), [flatBar(0, 10), flatBar(1, 40)], maintenance);
    expect(plain.fills).toHaveLength(1);
  });

  it('waits in a bar without volume', () => {
    const held = walk(bookWith(leveraged()), [flatBar(0, 10)], maintenance).book;
    expect(walk(held, [bar(1, [7, 7, 7, 7], 0)], maintenance).fills).toEqual([]);
  });

  it('closes a position whose margin never covered its maintenance, at the price it is in', () => {
    const strict = costs({ maintenanceMarginFraction: 0.5 });
    const step = walk(bookWith(leveraged()), [bar(0, [10, 11, 9, 10])], strict);
    expect(brief(step)).toEqual([
      ['buy', '10', '10'],
      ['sell', '10', '10'],
    ]);
  });
});
