import { describe, expect, it } from 'vitest';
import { cancelOrder, equityOf, expireAll, marginOf, placeOrders } from '../../../domain/execution/book.ts';
import { ImpossibleOrderMove } from '../../../domain/execution/order-state.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import {
  bar,
  bookWith,
  brief,
  costs,
  exitOrder,
  FREE,
  flatBar,
  HOUR,
  MIDNIGHT,
  order,
  states,
  stopLeg,
  targetLeg,
  walk,
} from './support.ts';

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

describe('a bracket', () => {
  const stop = stopLeg('1', { quantity: '40', stopPrice: null, distanceFromEntry: '5' });
  const target = targetLeg('1', { quantity: '40', limitPrice: null, distanceFromEntry: '10' });

  it("prices its legs from the entry's first fill and sizes them by what the entry has filled", () => {
    const step = walk(
      bookWith(order({ quantity: '40' }), stop, target),
      [flatBar(0, 100), flatBar(1, 102)],
      costs({ volumeFractionMax: 0.025, slippageBps: 100 }),
    );
    expect(step.book.orders.find((one) => one.leg === 'stop')).toMatchObject({
      stopPrice: '96',
      quantity: '40',
      state: 'ACKED',
    });
    expect(step.book.orders.find((one) => one.leg === 'target')).toMatchObject({ limitPrice: '111', quantity: '40' });
    const first = walk(
      bookWith(order({ quantity: '40' }), stop, target),
      [flatBar(0, 100)],
      costs({ volumeFractionMax: 0.025 }),
    );
    expect(first.book.orders.map((one) => [one.leg, one.quantity])).toEqual([
      ['entry', '40'],
      ['stop', '25'],
      ['target', '25'],
    ]);
  });

  it('mirrors its legs for a short entry', () => {
    const legs = [
      { ...stop, side: 'buy' as const },
      { ...target, side: 'buy' as const },
    ];
    const { book } = walk(bookWith(order({ side: 'sell', quantity: '40' }), ...legs), [flatBar(0, 100)]);
    expect(book.orders.map((one) => one.stopPrice ?? one.limitPrice)).toEqual(['105', '90']);
  });

  it('lets legs wait while the entry has no fill, and cancels them with it', () => {
    const entry = order({ type: 'limit', limitPrice: '50' });
    const book = bookWith(entry, stopLeg('95'), targetLeg('99'));
    const waiting = walk(book, [bar(0, [100, 110, 90, 100])]);
    expect(waiting.fills).toEqual([]);
    const ended = cancelOrder(waiting.book, 'd-1-entry', 'CANCELED');
    expect(states(ended)).toEqual({ 'd-1-entry': 'CANCELED', 'd-1-stop': 'CANCELED', 'd-1-target': 'CANCELED' });
    expect(ended.book.orders).toEqual([]);
  });

  it('keeps the legs of a part when the rest of the entry is cancelled', () => {
    const part = walk(
      bookWith(order({ quantity: '40' }), stopLeg('95')),
      [flatBar(0, 100)],
      costs({ volumeFractionMax: 0.025 }),
    );
    const ended = cancelOrder(part.book, 'd-1-entry', 'CANCELED');
    expect(ended.book.orders.map((one) => one.leg)).toEqual(['stop']);
    const stopped = walk(ended.book, [flatBar(1, 94)]);
    expect(brief(stopped)).toEqual([['sell', '25', '94']]);
    expect(states(stopped)).toEqual({ 'd-1-stop': 'FILLED' });
  });

  it('takes the stop, not the target, when one bar reaches both', () => {
    const step = walk(bookWith(order(), stopLeg('95'), targetLeg('105')), [
      flatBar(0, 100),
      bar(1, [100, 106, 94, 100]),
    ]);
    expect(brief(step)[1]).toEqual(['sell', '1', '95']);
    expect(states(step)).toEqual({ 'd-1-entry': 'FILLED', 'd-1-stop': 'FILLED', 'd-1-target': 'CANCELED' });
  });

  it('does not fill a target touched exactly, and cancels the stop when it fills', () => {
    const book = bookWith(order(), stopLeg('95'), targetLeg('105'));
    expect(walk(book, [flatBar(0, 100), bar(1, [100, 105, 99, 104])]).fills).toHaveLength(1);
    const step = walk(book, [flatBar(0, 100), bar(1, [100, 105.01, 99, 104])], costs({ slippageBps: 100 }));
    expect(brief(step)[1]).toEqual(['sell', '1', '105']);
    expect(step.closedTrades[0]?.exitReason).toBe('target');
    expect(states(step)).toMatchObject({ 'd-1-stop': 'CANCELED' });
  });

  it('lets the stop cover what a part of the target left', () => {
    const held = walk(bookWith(order({ quantity: '40' }), stopLeg('95'), targetLeg('105')), [flatBar(0, 100)]).book;
    const step = walk(held, [bar(1, [100, 106, 99, 104], 100), flatBar(2, 94)], costs({ volumeFractionMax: 0.1 }));
    expect(brief(step)).toEqual([
      ['sell', '10', '105'],
      ['sell', '30', '94'],
    ]);
    expect(step.closedTrades).toHaveLength(1);
    expect(step.closedTrades[0]).toMatchObject({ quantity: '40', exitPrice: '96.75', pnl: '-130' });
    expect(step.book.orders).toEqual([]);
  });

  it('fills the shrunken stop in full, and stops the entry once a part of the target is out', () => {
    const legs = [stopLeg('95', { quantity: '40' }), targetLeg('105', { quantity: '40' })];
    const capped = costs({ volumeFractionMax: 0.025 });
    const part = walk(
      bookWith(order({ quantity: '40', type: 'limit', limitPrice: '100' }), ...legs),
      [flatBar(0, 99)],
      capped,
    );
    expect(part.book.orders.map((one) => [one.leg, one.quantity])).toEqual([
      ['entry', '40'],
      ['stop', '25'],
      ['target', '25'],
    ]);
    const step = walk(part.book, [bar(1, [101, 106, 101, 104], 400), flatBar(2, 94)], capped);
    expect(brief(step)).toEqual([
      ['sell', '10', '105'],
      ['sell', '15', '94'],
    ]);
    expect(states(step)).toEqual({ 'd-1-entry': 'CANCELED', 'd-1-stop': 'FILLED', 'd-1-target': 'CANCELED' });
  });

  it('leaves an entry that has yet to fill, and its legs, when another round trip ends', () => {
    const pending = order({ decisionId: 'd-7', type: 'limit', limitPrice: '50' });
    const legs = stopLeg('45', { decisionId: 'd-7' });
    const step = walk(bookWith(order(), stopLeg('95'), pending, legs), [flatBar(0, 100), flatBar(1, 94)]);
    expect(step.closedTrades).toHaveLength(1);
    expect(step.book.orders.map((one) => one.clientOrderId)).toEqual(['d-7-entry', 'd-7-stop']);
  });

  it('works off the rest of a touched stop at the next opens, even when the price is back', () => {
    const held = walk(bookWith(order({ quantity: '40' }), stopLeg('95'), targetLeg('99')), [flatBar(0, 96)]).book;
    const step = walk(held, [bar(1, [96, 96, 95, 96]), bar(2, [98, 120, 98, 98])], costs({ volumeFractionMax: 0.025 }));
    expect(brief(step)).toEqual([
      ['sell', '25', '95'],
      ['sell', '15', '98'],
    ]);
    expect(step.book.orders).toEqual([]);
  });

  it('remembers a touched stop for which the bar had no volume left', () => {
    const held = walk(bookWith(order(), stopLeg('95')), [flatBar(0, 100)]).book;
    const rival = order({ decisionId: 'd-8', strategyId: 's-8', quantity: '25' });
    const step = walk(
      placeOrders(held, [rival]).book,
      [bar(1, [100, 100, 94, 96]), flatBar(2, 97)],
      costs({ volumeFractionMax: 0.025 }),
    );
    expect(brief(step)).toEqual([
      ['buy', '25', '100'],
      ['sell', '1', '97'],
    ]);
  });

  it('stops the entry from filling on once its stop was hit', () => {
    const step = walk(
      bookWith(order({ quantity: '40' }), stopLeg('95')),
      [flatBar(0, 100), bar(1, [100, 100, 90, 91], 100), flatBar(2, 90)],
      costs({ volumeFractionMax: 0.025 }),
    );
    expect(brief(step).map(([side, quantity]) => [side, quantity])).toEqual([
      ['buy', '25'],
      ['buy', '2.5'],
      ['sell', '25'],
    ]);
    expect(states(step)).toMatchObject({ 'd-1-entry': 'CANCELED' });
  });

  it('hits the stop, but not the target, of an entry that filled inside the same bar', () => {
    const entry = order({ type: 'limit', limitPrice: '95' });
    const fell = walk(bookWith(entry, stopLeg('90')), [bar(0, [100, 100, 89, 92])]);
    expect(brief(fell)).toEqual([
      ['buy', '1', '95'],
      ['sell', '1', '90'],
    ]);
    const rose = walk(bookWith(entry, targetLeg('99')), [bar(0, [100, 101, 94, 98])]);
    expect(brief(rose)).toEqual([['buy', '1', '95']]);
  });

  it('does not fill the stop of an entry inside the bar at an open that was before it', () => {
    const entry = order({ type: 'stop', stopPrice: '110' });
    const step = walk(bookWith(entry, stopLeg('105')), [bar(0, [100, 115, 99, 112])]);
    expect(brief(step)).toEqual([
      ['buy', '1', '110'],
      ['sell', '1', '105'],
    ]);
  });
});

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
