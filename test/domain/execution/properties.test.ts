import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, toDecimal, ZERO } from '../../../domain/decimal.ts';
import { cancelOrder, equityOf, matchBar, openBook, placeOrders } from '../../../domain/execution/book.ts';
import type { Book, BookStep } from '../../../domain/execution/draft.ts';
import { clientOrderIdOf, decisionIdOf } from '../../../domain/execution/identity.ts';
import { depositEntries } from '../../../domain/execution/ledger.ts';
import { isTerminal } from '../../../domain/execution/order-state.ts';
import type { BarRow } from '../../../domain/market/bar-series.ts';
import {
  type Costs,
  costsSchema,
  type Fill,
  fillSchema,
  type LedgerEntry,
  ledgerEntrySchema,
  type Order,
  orderSchema,
} from '../../../schemas/execution.ts';
import { HOUR, MIDNIGHT, order } from './support.ts';

const SYMBOLS = ['BTC/USDT', 'ETH/USDT'] as const;
const RUNS = 200;

type Action =
  | {
      readonly kind: 'bar';
      readonly symbol: string;
      readonly moves: readonly number[];
      readonly volume: number;
      readonly gap: number;
    }
  | {
      readonly kind: 'entry';
      readonly symbol: string;
      readonly strategy: string;
      readonly side: 'buy' | 'sell';
      readonly type: 'market' | 'limit' | 'stop';
      readonly quantity: number;
      readonly offset: number;
      readonly leverage: number;
      readonly legs: boolean;
    }
  | { readonly kind: 'exit'; readonly symbol: string; readonly strategy: string }
  | { readonly kind: 'cancel'; readonly index: number };

const symbol = fc.constantFrom(...SYMBOLS);
const strategy = fc.constantFrom('s-1', 's-2');
const barAction = fc.record({
  kind: fc.constant('bar' as const),
  symbol,
  moves: fc.array(fc.integer({ min: -1500, max: 1500 }), { minLength: 4, maxLength: 4 }),
  volume: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 500_000 }) },
  ),
  gap: fc.constantFrom(1, 1, 1, 5, 30),
});
const entryAction = fc.record({
  kind: fc.constant('entry' as const),
  symbol,
  strategy,
  side: fc.constantFrom('buy' as const, 'sell' as const),
  type: fc.constantFrom('market' as const, 'limit' as const, 'stop' as const),
  quantity: fc.integer({ min: 1, max: 10_000_000 }),
  offset: fc.integer({ min: -800, max: 800 }),
  leverage: fc.constantFrom(1, 1, 3, 10),
  legs: fc.boolean(),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: barAction },
  { weight: 3, arbitrary: entryAction },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), symbol, strategy }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), index: fc.nat(9) }) },
);
const costsArbitrary: fc.Arbitrary<Costs> = fc
  .record({
    commissionBps: fc.constantFrom(0, 5, 7.5),
    slippageBps: fc.constantFrom(0, 2, 33),
    volumeFractionMax: fc.constantFrom(0.001, 0.025, 1),
    fundingRate: fc.constantFrom(0, 0.0001, -0.0003),
  })
  .map((some) => costsSchema.parse(some));

type World = {
  book: Book;
  prices: Map<string, number>;
  nowMs: number;
  sequence: number;
  fills: Fill[];
  entries: LedgerEntry[];
  orders: Map<string, Order>;
  pnl: Decimal;
};

const newWorld = (): World => ({
  book: openBook('sim:test', '10000'),
  prices: new Map(SYMBOLS.map((name) => [name, 100])),
  nowMs: MIDNIGHT,
  sequence: 0,
  fills: [],
  entries: depositEntries('sim:test', toDecimal('10000'), MIDNIGHT),
  orders: new Map(),
  pnl: ZERO,
});

const round = (price: number): number => Math.max(0.01, Math.round(price * 100) / 100);

function nextBar(world: World, step: Extract<Action, { kind: 'bar' }>): BarRow {
  world.nowMs += step.gap * HOUR;
  const last = world.prices.get(step.symbol) ?? 100;
  const [open = last, a = last, b = last, close = last] = step.moves.map((move) => round(last * (1 + move / 10_000)));
  world.prices.set(step.symbol, close);
  return {
    openTimeMs: world.nowMs,
    open,
    high: Math.max(open, a, b, close),
    low: Math.min(open, a, b, close),
    close,
    volume: step.volume,
  };
}

function entryOrders(world: World, step: Extract<Action, { kind: 'entry' }>): Order[] {
  world.sequence += 1;
  const decisionId = decisionIdOf('sim:test', 'w', world.sequence);
  const price = String(round((world.prices.get(step.symbol) ?? 100) * (1 + step.offset / 10_000)));
  const base = {
    decisionId,
    symbol: step.symbol,
    strategyId: step.strategy,
    leverage: step.leverage,
    quantity: String(step.quantity / 10_000),
    sentAtMs: world.nowMs,
  };
  const away = step.side === 'buy' ? ('sell' as const) : ('buy' as const);
  const leg = { ...base, side: away, reduceOnly: true };
  const entry = order({
    ...base,
    side: step.side,
    type: step.type,
    clientOrderId: clientOrderIdOf(decisionId, 'entry'),
    limitPrice: step.type === 'limit' ? price : null,
    stopPrice: step.type === 'stop' ? price : null,
  });
  if (!step.legs) return [entry];
  return [
    entry,
    order({
      ...leg,
      leg: 'stop',
      type: 'stop',
      distanceFromEntry: '4.5',
      clientOrderId: clientOrderIdOf(decisionId, 'stop'),
    }),
    order({
      ...leg,
      leg: 'target',
      type: 'limit',
      distanceFromEntry: '7',
      clientOrderId: clientOrderIdOf(decisionId, 'target'),
    }),
  ];
}

function exitOrders(world: World, step: Extract<Action, { kind: 'exit' }>): Order[] {
  const held = world.book.positions.find((one) => one.symbol === step.symbol && one.strategyId === step.strategy);
  if (held === undefined || held.quantity.isZero()) return [];
  world.sequence += 1;
  const decisionId = decisionIdOf('sim:test', 'w', world.sequence);
  return [
    order({
      decisionId,
      leg: 'exit',
      clientOrderId: clientOrderIdOf(decisionId, 'exit'),
      symbol: step.symbol,
      strategyId: step.strategy,
      side: held.quantity.gt(0) ? 'sell' : 'buy',
      quantity: held.quantity.abs().toFixed(),
      reduceOnly: true,
      sentAtMs: world.nowMs,
    }),
  ];
}

function take(world: World, step: Action, costs: Costs): BookStep {
  if (step.kind === 'bar') return matchBar(world.book, step.symbol, nextBar(world, step), HOUR, costs);
  if (step.kind === 'entry') return placeOrders(world.book, entryOrders(world, step));
  if (step.kind === 'exit') return placeOrders(world.book, exitOrders(world, step));
  return cancelOrder(world.book, world.book.orders[step.index]?.clientOrderId ?? 'none', 'CANCELED');
}

function advance(world: World, step: Action, costs: Costs): void {
  const result = take(world, step, costs);
  world.book = result.book;
  world.fills.push(...result.fills);
  world.entries.push(...result.entries);
  for (const one of result.orders) {
    const before = world.orders.get(one.clientOrderId);
    expect(before !== undefined && isTerminal(before.state), `${one.clientOrderId} changed after its end`).toBe(false);
    world.orders.set(one.clientOrderId, one);
  }
  for (const trade of result.closedTrades) world.pnl = world.pnl.plus(trade.pnl);
}

const sum = <T>(list: readonly T[], pick: (one: T) => Decimal | string): Decimal =>
  list.reduce((total, one) => total.plus(pick(one)), ZERO);
const same = (got: Decimal, wanted: Decimal, what: string): void => expect(got.toFixed(), what).toBe(wanted.toFixed());
const inBook = (world: World, name: string): Decimal =>
  sum(
    world.entries.filter((one) => one.book === name),
    (one) => one.amount,
  );
const signed = (fill: Fill): Decimal => toDecimal(fill.quantity).times(fill.side === 'buy' ? 1 : -1);

function checkLedger(world: World): void {
  const postings = new Map<string, Decimal>();
  for (const one of world.entries) postings.set(one.postingId, (postings.get(one.postingId) ?? ZERO).plus(one.amount));
  for (const [postingId, total] of postings) same(total, ZERO, `posting ${postingId}`);
  same(inBook(world, 'cash'), world.book.cash, 'cash is the sum of its entries');
  for (const name of SYMBOLS) {
    const cost = sum(
      world.book.positions.filter((one) => one.symbol === name),
      (one) => one.cost,
    );
    same(inBook(world, `position:${name}`), cost, 'position entries are the cost');
  }
  same(
    inBook(world, 'fees'),
    sum(world.book.positions, (one) => one.fees),
    'fees',
  );
  same(
    inBook(world, 'funding'),
    sum(world.book.positions, (one) => one.funding),
    'funding',
  );
  same(
    inBook(world, 'realizedPnl').neg(),
    sum(world.book.positions, (one) => one.realizedPnl),
    'realised',
  );
}

function checkPositions(world: World): void {
  for (const position of world.book.positions) {
    const own = world.fills.filter((one) => one.symbol === position.symbol && one.strategyId === position.strategyId);
    same(position.quantity, sum(own, signed), 'position is the sum of its fills');
    expect(position.trip === null, 'a trip lives while something is held').toBe(position.quantity.isZero());
  }
  const { positions } = world.book;
  const unrealized = sum(positions, (one) => one.quantity.times(one.markPrice).minus(one.cost));
  const gains = sum(positions, (one) => one.realizedPnl).plus(unrealized);
  const paid = sum(positions, (one) => one.fees.plus(one.funding));
  same(equityOf(world.book), new Decimal(10_000).plus(gains).minus(paid), 'equity');
  const open = sum(positions, (one) =>
    one.trip === null ? ZERO : one.trip.realizedPnl.minus(one.trip.fees).minus(one.trip.funding),
  );
  same(world.pnl.plus(open), sum(positions, (one) => one.realizedPnl).minus(paid), 'closed trades add up');
}

function checkOrders(world: World): void {
  for (const one of world.orders.values()) {
    const own = world.fills.filter((fill) => fill.clientOrderId === one.clientOrderId);
    same(
      toDecimal(one.quantityFilled),
      sum(own, (fill) => fill.quantity),
      'filled is the sum of the fills',
    );
    const left = toDecimal(one.quantity).minus(one.quantityFilled);
    expect(left.isNegative(), 'left is never negative').toBe(false);
    expect(one.state === 'FILLED', 'filled means nothing left').toBe(left.isZero());
  }
  expect(new Set(world.fills.map((one) => one.tradeId)).size).toBe(world.fills.length);
  expect(new Set(world.entries.map((one) => one.entryId)).size).toBe(world.entries.length);
}

describe('any sequence of bars, orders, exits and cancels', () => {
  it('keeps ledger, cash, positions, orders and equity in agreement, to the last digit', () => {
    let fills = 0;
    let forced = 0;
    const property = fc.property(
      fc.array(action, { maxLength: 120, size: 'max' }),
      costsArbitrary,
      (actions, costs) => {
        const world = newWorld();
        for (const step of actions) advance(world, step, costs);
        checkLedger(world);
        checkPositions(world);
        checkOrders(world);
        fills += world.fills.length;
        forced += world.fills.filter((one) => one.clientOrderId.endsWith('liquidation')).length;
      },
    );
    fc.assert(property, { numRuns: RUNS, seed: 1 });
    expect(fills).toBeGreaterThan(RUNS);
    expect(forced).toBeGreaterThan(10);
  });

  it('gives fills, entries and orders in the shape of the schemas', () => {
    const property = fc.property(fc.array(action, { maxLength: 60, size: 'max' }), costsArbitrary, (actions, costs) => {
      const world = newWorld();
      for (const step of actions) advance(world, step, costs);
      for (const fill of world.fills) fillSchema.parse(fill);
      for (const entry of world.entries) ledgerEntrySchema.parse(entry);
      for (const one of world.orders.values()) orderSchema.parse(one);
    });
    fc.assert(property, { numRuns: 100, seed: 2 });
  });

  it('never gains from higher costs', () => {
    const property = fc.property(
      fc.array(barAction, { minLength: 3, maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      (bars, bps) => {
        const equityAt = (costs: Costs): Decimal => {
          const world = newWorld();
          advance(
            world,
            {
              kind: 'entry',
              symbol: SYMBOLS[0],
              strategy: 's-1',
              side: 'buy',
              type: 'market',
              quantity: 10_000,
              offset: 0,
              leverage: 1,
              legs: false,
            },
            costs,
          );
          for (const step of bars) advance(world, step, costs);
          return equityOf(world.book);
        };
        const free = { commissionBps: 0, halfSpreadBps: 0, slippageBps: 0 };
        return equityAt(costsSchema.parse({ ...free, commissionBps: bps, slippageBps: bps })).lte(
          equityAt(costsSchema.parse(free)),
        );
      },
    );
    fc.assert(property, { numRuns: 100, seed: 3 });
  });
});
