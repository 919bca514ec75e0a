/** Exits, and what a position is over its round trip. */
import { describe, expect, it } from 'vitest';
import { equityOf, marginOf, placeOrders } from '../../../domain/execution/book.ts';
import {
  bookWith,
  brief,
  costs,
  exitOrder,
  flatBar,
  HOUR,
  MIDNIGHT,
  order,
  states,
  stopLeg,
  targetLeg,
  walk,
} from './support.ts';

describe('an exit', () => {
  it('first cancels the legs, then closes, and carries its reason', () => {
    const held = walk(bookWith(order(), stopLeg('95'), targetLeg('120')), [flatBar(0, 100)]).book;
    const placed = placeOrders(held, [exitOrder({ exitReason: 'maxHold' })]);
    expect(states(placed)).toEqual({ 'd-1-stop': 'CANCELED', 'd-1-target': 'CANCELED', 'd-2-exit': 'ACKED' });
    const step = walk(placed.book, [flatBar(1, 110)]);
    expect(step.closedTrades).toEqual([
      {
        tradeId: `d-2-exit-${MIDNIGHT + HOUR}`,
        symbol: 'BTC/USDT',
        strategyId: 's-1',
        side: 'long',
        quantity: '1',
        entryAtMs: MIDNIGHT,
        entryPrice: '100',
        exitAtMs: MIDNIGHT + HOUR,
        exitPrice: '110',
        pnl: '10',
        fees: '0',
        funding: '0',
        decisionId: 'd-1',
        exitReason: 'maxHold',
      },
    ]);
  });

  it('stops the rest of a partly filled entry', () => {
    const part = walk(bookWith(order({ quantity: '40' })), [flatBar(0, 100)], costs({ volumeFractionMax: 0.025 })).book;
    const step = walk(placeOrders(part, [exitOrder({ quantity: '25' })]).book, [flatBar(1, 100), flatBar(2, 100)]);
    expect(brief(step)).toEqual([['sell', '25', '100']]);
    expect(step.book.positions[0]?.quantity.toString()).toBe('0');
  });

  it('never flips a position, and its rest is cancelled', () => {
    const held = walk(bookWith(order()), [flatBar(0, 100)]).book;
    const step = walk(placeOrders(held, [exitOrder({ quantity: '3' })]).book, [flatBar(1, 100)]);
    expect(brief(step)).toEqual([['sell', '1', '100']]);
    expect(step.orders.at(-1)).toMatchObject({ state: 'CANCELED', quantity: '3', quantityFilled: '1' });
    expect(step.book.positions[0]?.quantity.isZero()).toBe(true);
  });

  it('is cancelled when there is nothing to close', () => {
    expect(states(walk(bookWith(exitOrder()), [flatBar(0, 100)]))).toEqual({ 'd-2-exit': 'CANCELED' });
  });
});

describe('positions', () => {
  it('averages parts in and out over a round trip, net of fees', () => {
    const bought = bookWith(
      order({ quantity: '1' }),
      order({ decisionId: 'd-3', quantity: '3', sentAtMs: MIDNIGHT + HOUR }),
    );
    const held = walk(bought, [flatBar(0, 100), flatBar(1, 104)], costs({ commissionBps: 10 }));
    expect(held.book.positions[0]?.cost.toString()).toBe('412');
    const sold = placeOrders(held.book, [
      exitOrder({ quantity: '1', sentAtMs: MIDNIGHT + 2 * HOUR }),
      exitOrder({ decisionId: 'd-4', quantity: '3', sentAtMs: MIDNIGHT + 3 * HOUR }),
    ]);
    const step = walk(sold.book, [flatBar(2, 107), flatBar(3, 103)], costs({ commissionBps: 10 }));
    expect(step.closedTrades).toHaveLength(1);
    expect(step.closedTrades[0]).toMatchObject({
      quantity: '4',
      entryPrice: '103',
      exitPrice: '104',
      fees: '0.828',
      pnl: '3.172',
    });
  });

  it('splits a fill through flat into the end of one trip and the start of the next', () => {
    const held = walk(bookWith(order()), [flatBar(0, 100)]).book;
    const flip = order({ decisionId: 'd-5', side: 'sell', quantity: '3', sentAtMs: MIDNIGHT + HOUR });
    const legs = stopLeg('120', { decisionId: 'd-5', side: 'buy', quantity: '3', sentAtMs: MIDNIGHT + HOUR });
    const step = walk(placeOrders(held, [flip, legs]).book, [flatBar(1, 110)], costs({ commissionBps: 10 }));
    expect(step.closedTrades[0]).toMatchObject({ pnl: '9.89', fees: '0.11', side: 'long' });
    expect(step.book.positions[0]).toMatchObject({ openedAtMs: MIDNIGHT + HOUR });
    expect(step.book.positions[0]?.cost.toString()).toBe('-220');
    expect(step.book.orders.map((one) => one.leg)).toEqual(['stop']);
    const covered = walk(step.book, [flatBar(2, 121)]);
    expect(brief(covered)).toEqual([['buy', '2', '121']]);
    expect(covered.closedTrades[0]).toMatchObject({ side: 'short', pnl: '-22.22' });
  });

  it('keeps one position per strategy in a symbol', () => {
    const other = order({ strategyId: 's-2', decisionId: 'd-6', side: 'sell', quantity: '2' });
    const { book } = walk(bookWith(order(), other), [flatBar(0, 100)]);
    expect(book.positions.map((one) => [one.strategyId, one.quantity.toString()])).toEqual([
      ['s-1', '1'],
      ['s-2', '-2'],
    ]);
    expect(book.cash.toString()).toBe('10100');
  });

  it('borrows cash under leverage and counts margin by it', () => {
    const { book } = walk(bookWith(order({ quantity: '300', leverage: 5 })), [flatBar(0, 100)]);
    expect(book.cash.toString()).toBe('-20000');
    expect(equityOf(book).toString()).toBe('10000');
    expect(marginOf(book).toString()).toBe('6000');
  });

  it('keeps ids of 20 digits and fees of 0.00000001 exact', () => {
    const id = '83897661450506708701';
    const tiny = order({ clientOrderId: id, quantity: '0.00000002' });
    const step = walk(bookWith(tiny), [flatBar(0, 1000)], costs({ commissionBps: 5 }));
    expect(step.fills[0]).toMatchObject({ clientOrderId: id, fee: '0.00000001', quantity: '0.00000002' });
    expect(step.book.cash.toFixed()).toBe('9999.99997999');
    expect(step.entries.map((one) => [one.book, one.amount])).toEqual([
      ['cash', '-0.00002'],
      ['position:BTC/USDT', '0.00002'],
      ['cash', '-0.00000001'],
      ['fees', '0.00000001'],
    ]);
  });
});
