/**
 * A random life of a paper account: bars, entries with and without legs, exits and cancels, over two symbols and two
 * strategies. The venue is an argument, so that a property can be asked of a broken one.
 */
import fc from 'fast-check';
import { type Decimal, toDecimal, ZERO } from '../../domain/decimal.ts';
import { cancelOrder, matchBar, openBook, placeOrders } from '../../domain/execution/book.ts';
import type { Book, BookStep } from '../../domain/execution/draft.ts';
import { clientOrderIdOf, decisionIdOf } from '../../domain/execution/identity.ts';
import { depositEntries } from '../../domain/execution/ledger.ts';
import type { BarRow } from '../../domain/market/bar-series.ts';
import { type Costs, costsSchema, type Fill, type LedgerEntry, type Order } from '../../schemas/execution.ts';
import { HOUR, MIDNIGHT, order } from '../domain/execution/support.ts';

export const SYMBOLS = ['BTC/USDT', 'ETH/USDT'] as const;

/** The doors of the paper venue. */
export type Venue = {
  readonly matchBar: typeof matchBar;
  readonly placeOrders: typeof placeOrders;
  readonly cancelOrder: typeof cancelOrder;
};
export const PAPER_VENUE: Venue = { matchBar, placeOrders, cancelOrder };

/** What may happen to an account between two looks at it. */
export type Action =
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
export const barAction = fc.record({
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
export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: barAction },
  { weight: 3, arbitrary: entryAction },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), symbol, strategy }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), index: fc.nat(9) }) },
);
export const costsArbitrary: fc.Arbitrary<Costs> = fc
  .record({
    commissionBps: fc.constantFrom(0, 5, 7.5),
    slippageBps: fc.constantFrom(0, 2, 33),
    volumeFractionMax: fc.constantFrom(0.001, 0.025, 1),
    fundingRate: fc.constantFrom(0, 0.0001, -0.0003),
  })
  .map((some) => costsSchema.parse(some));

/** An account and everything that ever came out of it. */
export type World = {
  book: Book;
  prices: Map<string, number>;
  nowMs: number;
  sequence: number;
  fills: Fill[];
  entries: LedgerEntry[];
  orders: Map<string, Order>;
  pnl: Decimal;
};

export const newWorld = (currency = 'USD'): World => ({
  book: openBook('sim:test', '10000', currency),
  prices: new Map(SYMBOLS.map((name) => [name, 100])),
  nowMs: MIDNIGHT,
  sequence: 0,
  fills: [],
  entries: depositEntries('sim:test', toDecimal('10000'), MIDNIGHT, currency),
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

function take(world: World, step: Action, costs: Costs, venue: Venue): BookStep {
  const { matchBar, placeOrders, cancelOrder } = venue;
  if (step.kind === 'bar') return matchBar(world.book, step.symbol, nextBar(world, step), HOUR, costs);
  if (step.kind === 'entry') return placeOrders(world.book, entryOrders(world, step));
  if (step.kind === 'exit') return placeOrders(world.book, exitOrders(world, step));
  return cancelOrder(world.book, world.book.orders[step.index]?.clientOrderId ?? 'none', 'CANCELED');
}

/** Lets one thing happen; every order that changed is told in `onOrder`, before and after. */
export function advance(
  world: World,
  step: Action,
  costs: Costs,
  venue: Venue = PAPER_VENUE,
  onOrder: (before: Order | undefined, after: Order) => void = () => undefined,
): void {
  const result = take(world, step, costs, venue);
  world.book = result.book;
  world.fills.push(...result.fills);
  world.entries.push(...result.entries);
  for (const one of result.orders) {
    onOrder(world.orders.get(one.clientOrderId), one);
    world.orders.set(one.clientOrderId, one);
  }
  for (const trade of result.closedTrades) world.pnl = world.pnl.plus(trade.pnl);
}
