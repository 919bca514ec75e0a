/** A busted fill leaves the book as if it had never been: numbers that a reader can check by hand. */
import { describe, expect, it } from 'vitest';
import { decimalText } from '../../../domain/decimal.ts';
import { type Book, openBook } from '../../../domain/execution/book.ts';
import { takeVenueAnswer } from '../../../domain/execution/venue-step.ts';
import type { Fill, Order } from '../../../schemas/execution.ts';
import type { VenueBust, VenueFill } from '../../../schemas/venue.ts';
import { MIDNIGHT, order } from './support.ts';

type Told = readonly [id: string, quantity: string, price: string, fee?: string];

const fillOf = (side: 'buy' | 'sell', [id, quantity, price, fee = '0']: Told, index: number): VenueFill => ({
  ...{ tradeId: `20240101::${id}`, venueOrderId: `v-${side}`, symbol: 'BTC/USDT', side, quantity, price, fee },
  atMs: MIDNIGHT + index,
});
const bustOf = (id: string, side: 'buy' | 'sell' = 'buy', replacement: VenueFill | null = null): VenueBust => ({
  ...{ executionId: id, venueOrderId: `v-${side}`, symbol: 'BTC/USDT', replacement, atMs: MIDNIGHT + 60_000 },
});

/** An account in which orders fill one after the other, and then a trade is busted. */
function account() {
  let book: Book = openBook('sim:test', '10000');
  const orders = new Map<string, Order>();
  const booked: Fill[] = [];
  const take = (order: Order, fills: readonly VenueFill[], busts: readonly VenueBust[] = []) => {
    const gone = new Set(booked.map((one) => one.takesBack));
    const counting = booked.filter((one) => one.takesBack === undefined && !gone.has(one.tradeId));
    const history = counting.map((fill) => ({ fill, order: orders.get(fill.clientOrderId) ?? order }));
    const known = new Set(booked.map((one) => one.tradeId));
    const step = takeVenueAnswer(book, order, null, fills, known, { busts, history });
    book = step.book;
    booked.push(...step.fills);
    const after = step.orders.at(-1) ?? order;
    orders.set(after.clientOrderId, after);
    return { step, after };
  };
  const trade = (side: 'buy' | 'sell', ...fills: Told[]): Order => {
    const leg = side === 'buy' ? 'entry' : 'exit';
    const start = order({
      side,
      leg,
      decisionId: `d-${side}`,
      quantity: '10',
      state: 'ACKED',
      venueOrderId: `v-${side}`,
    });
    return take(
      start,
      fills.map((one, index) => fillOf(side, one, index)),
    ).after;
  };
  const held = (): string => {
    const [one] = book.positions;
    const parts = one === undefined ? [] : [one.quantity, one.cost, one.realizedPnl, one.fees];
    return parts.map(decimalText).join(' ');
  };
  return { take, trade, held, cash: () => decimalText(book.cash), booked };
}

const amounts = (entries: readonly { book: string; kind: string; amount: string }[]): string[] =>
  entries.map((one) => `${one.book} ${one.kind} ${one.amount}`);

describe('a bust', () => {
  it('gives back cash and fee, in a posting that reverses the first one', () => {
    const { take, trade, held, cash } = account();
    const bought = trade('buy', ['a', '10', '100', '1.5']);
    expect([bought.state, cash(), held()]).toEqual(['FILLED', '8998.5', '10 1000 0 1.5']);
    const { step, after } = take(bought, [], [bustOf('a')]);
    expect([after.state, after.quantityFilled, cash(), held()]).toEqual(['ACKED', '0', '10000', '0 0 0 0']);
    expect(step.fills).toMatchObject([
      {
        tradeId: 'bust-20240101::a',
        takesBack: '20240101::a',
        side: 'sell',
        quantity: '10',
        price: '100',
        fee: '-1.5',
      },
    ]);
    expect(amounts(step.entries)).toEqual([
      'cash fill 1000',
      'position:BTC/USDT fill -1000',
      'cash fee 1.5',
      'fees fee -1.5',
    ]);
  });

  it('of one part leaves the others at their own price, not at the average', () => {
    const { take, trade, held } = account();
    const bought = trade('buy', ['a', '4', '100'], ['b', '6', '110']);
    expect(held()).toBe('10 1060 0 0');
    const { after } = take(bought, [], [bustOf('a')]);
    expect([after.state, after.quantityFilled, held()]).toEqual(['PARTIAL', '6', '6 660 0 0']);
  });

  it('of an exit opens the position again at its cost, and its round trip is no more', () => {
    const { take, trade, held } = account();
    trade('buy', ['a', '10', '100']);
    const sold = trade('sell', ['x', '10', '120']);
    expect(held()).toBe('0 0 200 0');
    const { step } = take(sold, [], [bustOf('x', 'sell')]);
    expect(held()).toBe('10 1000 0 0');
    expect(step.trades).toMatchObject([{ before: { pnl: '200', exitPrice: '120' }, after: null }]);
  });

  it('of an entry leaves what was sold as a short position', () => {
    const { take, trade, held } = account();
    const bought = trade('buy', ['a', '10', '100']);
    trade('sell', ['x', '10', '120']);
    take(bought, [], [bustOf('a')]);
    expect(held()).toBe('-10 -1200 0 0');
  });

  it('of a part of the entry changes the figures of the round trip', () => {
    const { take, trade } = account();
    const bought = trade('buy', ['a', '4', '100'], ['b', '6', '110']);
    trade('sell', ['x', '6', '120']);
    const { step } = take(bought, [], [bustOf('a')]);
    // Six bought at 110 and sold at 120 are a round trip now.
    expect(step.trades).toMatchObject([{ before: null, after: { quantity: '6', entryPrice: '110', pnl: '60' } }]);
  });

  it('with another trade in its place costs the difference', () => {
    const { take, trade, held, cash } = account();
    const bought = trade('buy', ['a', '10', '100']);
    const corrected = { ...fillOf('buy', ['b', '10', '101'], 9), tradeId: 'b' };
    const { after } = take(bought, [], [bustOf('a', 'buy', corrected)]);
    expect([after.state, cash(), held()]).toEqual(['FILLED', '8990', '10 1010 0 0']);
    // The list of fills names the same execution in its own way: it is known.
    expect(take(after, [fillOf('buy', ['b', '10', '101'], 9)], [bustOf('a', 'buy', corrected)]).step.fills).toEqual([]);
  });

  it('told twice, or before its fill, is booked once, or not at all', () => {
    const { take, trade, held, booked } = account();
    const bought = trade('buy', ['a', '10', '100']);
    const { after } = take(bought, [], [bustOf('a'), bustOf('a')]);
    take(after, [fillOf('buy', ['a', '10', '100'], 0)], [bustOf('a')]);
    expect([booked.length, held()]).toEqual([2, '0 0 0 0']);
    const early = account();
    const start = order({ quantity: '10', state: 'ACKED', venueOrderId: 'v-buy' });
    early.take(start, [fillOf('buy', ['a', '10', '100'], 0)], [bustOf('a')]);
    expect([early.booked, early.cash()]).toEqual([[], '10000']);
  });

  it('of a cancelled order leaves it cancelled, with less', () => {
    const { take, trade } = account();
    const bought = { ...trade('buy', ['a', '4', '100']), state: 'CANCELED' as const };
    expect(take(bought, [], [bustOf('a')]).after).toMatchObject({ state: 'CANCELED', quantityFilled: '0' });
  });
});
