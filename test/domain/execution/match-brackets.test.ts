/** A bracket: an entry with its stop and target, which wait for it, cover it and cancel each other. */
import { describe, expect, it } from 'vitest';
import { cancelOrder, placeOrders } from '../../../domain/execution/book.ts';
import { bar, bookWith, brief, costs, flatBar, order, states, stopLeg, targetLeg, walk } from './support.ts';

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
