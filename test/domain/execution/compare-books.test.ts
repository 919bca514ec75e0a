/** What counts as a difference between our books and a venue's, and what an order under way explains. */
import { describe, expect, it } from 'vitest';
import { compareBooks, lasting, type OurBooks, type VenueBooks } from '../../../domain/execution/compare-books.ts';
import type { Order } from '../../../schemas/execution.ts';
import type { VenueOrder } from '../../../schemas/venue.ts';
import { order } from './support.ts';

const NOW_MS = 1_000_000;
const resting: Order = {
  ...order({ symbol: 'BTC/USD' }),
  state: 'ACKED',
  type: 'limit',
  limitPrice: '90',
  venueOrderId: 'v1',
};
const ours = (change: Partial<OurBooks> = {}): OurBooks => ({
  orders: [],
  trades: new Map(),
  busted: new Set(),
  positions: new Map(),
  cash: '1000',
  sinceMs: 0,
  nowMs: NOW_MS,
  changedAtMs: new Map(),
  ...change,
});
const theirs = (change: Partial<VenueBooks> = {}): VenueBooks => ({
  openOrders: [],
  fills: [],
  positions: [],
  cash: '1000',
  ...change,
});
const listed = (one: Order): VenueOrder => ({
  venueOrderId: one.venueOrderId ?? 'v1',
  clientOrderId: one.clientOrderId,
  symbol: one.symbol,
  side: one.side,
  quantity: one.quantity,
  quantityFilled: '0',
  averagePrice: null,
  limitPrice: one.limitPrice,
  stopPrice: null,
  state: 'ACKED',
  venueStatus: 'new',
  submittedAtMs: null,
});
const aFill = {
  tradeId: 't1',
  venueOrderId: 'v1',
  symbol: 'BTCUSD',
  side: 'buy',
  quantity: '1',
  price: '100',
  fee: null,
} as const;

const kinds = (a: OurBooks, b: VenueBooks) => {
  const { different, pending } = compareBooks(a, b);
  return { different: different.map((one) => one.kind), pending: pending.map((one) => one.kind) };
};

describe('books that agree', () => {
  it('have no difference, whatever the spelling of pairs and the zeros of numbers', () => {
    const mine = ours({
      orders: [resting],
      positions: new Map([
        ['BTC/USD', '1.50'],
        ['ETH/USD', '0'],
      ]),
    });
    const their = theirs({
      openOrders: [listed(resting)],
      positions: [{ symbol: 'BTCUSD', quantity: '1.5', averagePrice: '1' }],
      cash: '1000.004',
    });
    expect(kinds(mine, their)).toEqual({ different: [], pending: [] });
  });
});

describe('a busted trade', () => {
  const aTrade = { ...aFill, tradeId: '2026::t1', atMs: 10 };

  it('counts on neither side, whether the venue still lists it or not', () => {
    const busted = new Set(['t1']);
    const booked = ours({ trades: new Map([['2026::t1', 10]]), busted });
    for (const mine of [booked, ours({ busted })]) {
      for (const fills of [[aTrade], []])
        expect(kinds(mine, theirs({ fills }))).toEqual({ different: [], pending: [] });
    }
  });

  it('is the same trade under either of its names', () => {
    const mine = ours({ trades: new Map([['t1', 10]]) });
    expect(kinds(mine, theirs({ fills: [aTrade] }))).toEqual({ different: [], pending: [] });
  });

  it('is a difference as long as nobody has told of the bust', () => {
    const mine = ours({ trades: new Map([['2026::t1', 10]]) });
    expect(kinds(mine, theirs())).toEqual({ different: ['missingFill'], pending: [] });
  });
});

describe('a difference', () => {
  it.each([
    ['cash', ours(), theirs({ cash: '999.99' })],
    ['position', ours({ positions: new Map([['BTC/USD', '1']]) }), theirs()],
    ['position', ours(), theirs({ positions: [{ symbol: 'SPY', quantity: '0.00000001', averagePrice: '1' }] })],
    ['extraOrder', ours(), theirs({ openOrders: [listed(resting)] })],
    ['missingOrder', ours({ orders: [resting] }), theirs()],
    ['foreignFill', ours(), theirs({ fills: [{ ...aFill, atMs: 10 }] })],
    ['missingFill', ours({ trades: new Map([['t1', 10]]) }), theirs()],
  ] as const)('is %s', (kind, mine, their) => {
    expect(kinds(mine, their)).toEqual({ different: [kind], pending: [] });
  });

  it('waits while an order of the symbol is on its way, but an order that is not ours never does', () => {
    const sent: Order = { ...resting, state: 'UNKNOWN', venueOrderId: null };
    const their = theirs({
      openOrders: [{ ...listed(resting), clientOrderId: 'somebody-else' }],
      positions: [{ symbol: 'BTCUSD', quantity: '1', averagePrice: '1' }],
      cash: '900',
    });
    expect(kinds(ours({ orders: [sent] }), their)).toEqual({
      different: ['extraOrder'],
      pending: ['position', 'cash'],
    });
  });

  it('is an order that is open there and over here, once the venue had the time to show its end', () => {
    const canceled: Order = { ...resting, state: 'CANCELED' };
    const their = theirs({ openOrders: [listed(resting)] });
    const changedAtMs = (ms: number) => new Map([[resting.clientOrderId, NOW_MS - ms]]);
    expect(kinds(ours({ orders: [canceled], changedAtMs: changedAtMs(5_000) }), their)).toEqual({
      different: [],
      pending: ['extraOrder'],
    });
    expect(kinds(ours({ orders: [canceled], changedAtMs: changedAtMs(20_000) }), their)).toEqual({
      different: ['extraOrder'],
      pending: [],
    });
  });

  it('is no fill from before the instant that fills are compared from, on whichever side it is', () => {
    const since = (trades: OurBooks['trades']) => ours({ trades, sinceMs: 100 });
    expect(kinds(since(new Map([['t1', 99]])), theirs())).toEqual({ different: [], pending: [] });
    expect(kinds(since(new Map([['t1', 100]])), theirs())).toEqual({ different: ['missingFill'], pending: [] });
    expect(kinds(since(new Map()), theirs({ fills: [{ ...aFill, atMs: 99 }] }))).toEqual({
      different: [],
      pending: [],
    });
    const twoInstants = theirs({ fills: [{ ...aFill, atMs: 101 }] });
    expect(kinds(since(new Map([['t1', 99]])), twoInstants)).toEqual({ different: [], pending: [] });
  });

  it('lasts when it looks the same twice', () => {
    const one = { kind: 'cash', what: 'cash', ours: '1', theirs: '2' } as const;
    expect(lasting([one], [one])).toEqual([one]);
    expect(lasting([one], [{ ...one, theirs: '3' }])).toEqual([]);
  });
});
