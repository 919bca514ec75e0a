/** Orders that meet one bar: where they fill, at what price, and how much of them. */
import { describe, expect, it } from 'vitest';
import { equityOf } from '../../../domain/execution/book.ts';
import { bar, bookWith, brief, costs, flatBar, HOUR, MIDNIGHT, order, stopLeg, walk } from './support.ts';

describe('orders in one bar', () => {
  it('fills a market order decided at one close at the next open, with spread and slippage against it', () => {
    const sent = order({ sentAtMs: MIDNIGHT + HOUR });
    const step = walk(
      bookWith(sent),
      [flatBar(0, 90), bar(1, [100, 120, 95, 110])],
      costs({ halfSpreadBps: 1, slippageBps: 2, commissionBps: 5 }),
    );
    expect(brief(step)).toEqual([['buy', '1', '100.03']]);
    expect(step.fills[0]).toMatchObject({ fee: '0.050015', atMs: MIDNIGHT + HOUR });
    expect(step.book.cash.toString()).toBe('9899.919985');
    expect(equityOf(step.book).toString()).toBe('10009.919985');
  });

  it('does not fill a limit that is touched exactly, and fills it strictly through at its own price', () => {
    const limit = order({ type: 'limit', limitPrice: '95' });
    expect(brief(walk(bookWith(limit), [bar(0, [100, 101, 95, 100])]))).toEqual([]);
    expect(brief(walk(bookWith(limit), [bar(0, [100, 101, 94.99, 100])], costs({ slippageBps: 50 })))).toEqual([
      ['buy', '1', '95'],
    ]);
  });

  it('fills a limit at the better open when the bar opens through it', () => {
    const buy = order({ type: 'limit', limitPrice: '95' });
    expect(brief(walk(bookWith(buy), [bar(0, [90, 99, 89, 98])]))).toEqual([['buy', '1', '90']]);
    const sell = order({ type: 'limit', limitPrice: '95', side: 'sell' });
    expect(brief(walk(bookWith(sell), [bar(0, [97, 99, 89, 98])]))).toEqual([['sell', '1', '97']]);
  });

  it('triggers a stop on touch at its price, and fills a gap through it at the open', () => {
    const held = bookWith(order(), stopLeg('95'));
    const touched = walk(held, [flatBar(0, 100), bar(1, [100, 101, 95, 99])], costs({ slippageBps: 10 }));
    expect(brief(touched)[1]).toEqual(['sell', '1', '94.905']);
    const gapped = walk(held, [flatBar(0, 100), bar(1, [90, 93, 88, 92])]);
    expect(brief(gapped)[1]).toEqual(['sell', '1', '90']);
    expect(gapped.closedTrades[0]).toMatchObject({
      pnl: '-10',
      exitReason: 'stop',
      side: 'long',
      entryPrice: '100',
      exitPrice: '90',
    });
  });

  it("fills a short position's stop above it, and at the open on a gap up", () => {
    const held = bookWith(order({ side: 'sell' }), stopLeg('105', { side: 'buy' }));
    expect(brief(walk(held, [flatBar(0, 100), bar(1, [100, 105, 99, 101])]))[1]).toEqual(['buy', '1', '105']);
    expect(brief(walk(held, [flatBar(0, 100), bar(1, [110, 112, 99, 101])]))[1]).toEqual(['buy', '1', '110']);
  });

  it('fills a volume cap in parts and keeps the rest at work', () => {
    const book = bookWith(order({ quantity: '60' }));
    const step = walk(book, [flatBar(0, 100), flatBar(1, 101), flatBar(2, 102)], costs({ volumeFractionMax: 0.025 }));
    expect(brief(step)).toEqual([
      ['buy', '25', '100'],
      ['buy', '25', '101'],
      ['buy', '10', '102'],
    ]);
    expect(step.orders.map((one) => [one.state, one.quantityFilled])).toEqual([
      ['PARTIAL', '25'],
      ['PARTIAL', '50'],
      ['FILLED', '60'],
    ]);
    expect(new Set(step.fills.map((one) => one.tradeId)).size).toBe(3);
  });

  it('shares the cap among orders by time sent, then by id', () => {
    const early = order({
      decisionId: 'd-z',
      strategyId: 's-9',
      quantity: '3',
      side: 'sell',
      sentAtMs: MIDNIGHT - HOUR,
    });
    const a = order({ decisionId: 'd-a', strategyId: 's-a', quantity: '15' });
    const b = order({ decisionId: 'd-b', strategyId: 's-b', quantity: '9' });
    const step = walk(bookWith(b, a, early), [flatBar(0, 100, 200)], costs({ volumeFractionMax: 0.1 }));
    expect(brief(step).map(([side, quantity]) => [side, quantity])).toEqual([
      ['sell', '3'],
      ['buy', '15'],
      ['buy', '2'],
    ]);
  });

  it('fills nothing in a bar without volume, not even a stop, but marks the position', () => {
    const held = walk(bookWith(order(), stopLeg('95')), [flatBar(0, 100)]).book;
    const step = walk(held, [bar(1, [90, 90, 80, 85], 0)]);
    expect(step.fills).toEqual([]);
    expect(equityOf(step.book).toString()).toBe('9985');
    expect(brief(walk(step.book, [flatBar(2, 84)]))).toEqual([['sell', '1', '84']]);
  });

  it('rounds a part down to the quantity step', () => {
    const step = walk(
      bookWith(order({ quantity: '7' })),
      [flatBar(0, 100, 55)],
      costs({ volumeFractionMax: 0.1, quantityStep: '0.4' }),
    );
    expect(brief(step)).toEqual([['buy', '5.2', '100']]);
  });
});
