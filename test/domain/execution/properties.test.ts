import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, toDecimal, ZERO } from '../../../domain/decimal.ts';
import { equityOf } from '../../../domain/execution/book.ts';
import { isTerminal } from '../../../domain/execution/order-state.ts';
import {
  type Costs,
  costsSchema,
  type Fill,
  fillSchema,
  ledgerEntrySchema,
  type Order,
  orderSchema,
} from '../../../schemas/execution.ts';
import {
  action,
  advance,
  barAction,
  costsArbitrary,
  newWorld,
  PAPER_VENUE,
  SYMBOLS,
  type World,
} from '../../properties/random-account.ts';

const RUNS = 200;

const staysOver = (before: Order | undefined, after: Order): void =>
  expect(before !== undefined && isTerminal(before.state), `${after.clientOrderId} changed after its end`).toBe(false);

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
        for (const step of actions) advance(world, step, costs, PAPER_VENUE, staysOver);
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
