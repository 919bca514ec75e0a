/** Orders, bars and costs for tests of the execution stage, with plain defaults a test names only what matters. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Book, matchBar, openBook, placeOrders } from '../../../domain/execution/book.ts';
import type { BookStep } from '../../../domain/execution/draft.ts';
import type { BarRow } from '../../../domain/market/bar-series.ts';
import { type Costs, costsSchema, type Order } from '../../../schemas/execution.ts';

export const HOUR = 3_600_000;
/** 2024-01-01T00:00:00Z. */
export const MIDNIGHT = 1_704_067_200_000;

/** No costs and no volume cap. */
export const FREE: Costs = costsSchema.parse({
  commissionBps: 0,
  halfSpreadBps: 0,
  slippageBps: 0,
  volumeFractionMax: 1,
});
export const costs = (change: Partial<Costs> = {}): Costs => ({ ...FREE, ...change });

/** The bar number `hour` after midnight: [open, high, low, close]. */
export const bar = (hour: number, [open, high, low, close]: readonly number[], volume = 1_000): BarRow => ({
  openTimeMs: MIDNIGHT + hour * HOUR,
  open: open ?? 100,
  high: high ?? open ?? 100,
  low: low ?? open ?? 100,
  close: close ?? open ?? 100,
  volume,
});
export const flatBar = (hour: number, price: number, volume = 1_000): BarRow =>
  bar(hour, [price, price, price, price], volume);

export function order(change: Partial<Order> = {}): Order {
  return {
    decisionId: 'd-1',
    leg: 'entry',
    clientOrderId: `${change.decisionId ?? 'd-1'}-${change.leg ?? 'entry'}`,
    accountId: 'sim:test',
    strategyId: 's-1',
    symbol: 'BTC/USDT',
    side: 'buy',
    type: 'market',
    quantity: '1',
    limitPrice: null,
    stopPrice: null,
    distanceFromEntry: null,
    leverage: 1,
    reduceOnly: false,
    createdAtMs: MIDNIGHT,
    sessionId: 'test',
    venue: 'paper',
    venueOrderId: null,
    simulated: true,
    state: 'SENT',
    quantityFilled: '0',
    sentAtMs: MIDNIGHT,
    ...change,
  };
}

export const stopLeg = (stopPrice: string, change: Partial<Order> = {}): Order =>
  order({ leg: 'stop', type: 'stop', side: 'sell', stopPrice, reduceOnly: true, ...change });
export const targetLeg = (limitPrice: string, change: Partial<Order> = {}): Order =>
  order({ leg: 'target', type: 'limit', side: 'sell', limitPrice, reduceOnly: true, ...change });
export const exitOrder = (change: Partial<Order> = {}): Order =>
  order({ decisionId: 'd-2', leg: 'exit', side: 'sell', reduceOnly: true, ...change });

/** A book of 10,000 USD with these orders at work. */
export const bookWith = (...orders: readonly Order[]): Book => placeOrders(openBook('sim:test', '10000'), orders).book;

/** Walks bars of BTC/USDT and gives the last book with everything that happened on the way. */
export function walk(book: Book, bars: readonly BarRow[], at: Costs = FREE, intervalMs = HOUR): BookStep {
  let step: BookStep = { book, fills: [], entries: [], orders: [], closedTrades: [] };
  for (const one of bars) {
    const next = matchBar(step.book, 'BTC/USDT', one, intervalMs, at);
    step = {
      book: next.book,
      fills: [...step.fills, ...next.fills],
      entries: [...step.entries, ...next.entries],
      orders: [...step.orders, ...next.orders],
      closedTrades: [...step.closedTrades, ...next.closedTrades],
    };
  }
  return step;
}

/** [side, quantity, price] of every fill. */
export const brief = (step: BookStep): string[][] => step.fills.map((one) => [one.side, one.quantity, one.price]);

/** The last state of every order that changed. */
export const states = (step: BookStep): Record<string, string> =>
  Object.fromEntries(step.orders.map((one) => [one.clientOrderId, one.state]));

/** A golden reference document, or null with a visible notice where the folder is absent. */
export function goldenReference(name: string): unknown {
  const file = path.resolve(process.cwd(), '../shared/golden/reference', name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  console.warn(`SKIPPED: golden reference ${name} is not here (${file})`);
  return null;
}
