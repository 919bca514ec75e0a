/** The reconciler's store on a desk in memory: the same answers as db/reconcile-store.ts, without Postgres. */
import type { ReconcileParts } from '../../activities/order/reconcile-account.ts';
import { decimalText, ZERO } from '../../domain/decimal.ts';
import type { OurBooks } from '../../domain/execution/compare-books.ts';
import { isOpenOrder } from '../../domain/execution/order-ends.ts';
import type { Order } from '../../schemas/execution.ts';
import { freeze, isReversal, type MemoryDesk, note } from './memory-desk.ts';

export type BooksStore = ReconcileParts['books'];

/** Orders that ended within a day may still get a fill, or arrive late. */
const WATCH_MS = 86_400_000;

export const memoryBooks = (desk: MemoryDesk): BooksStore => ({
  comparedSince: async () => ({ openedAtMs: desk.openedAtMs, fillsMs: desk.openedAtMs }),
  bookedTrades: async () => bookedTrades(desk),
  ordersToLookAt: async () => ordersSince(desk, desk.nowMs() - WATCH_MS),
  ordersOf: async (_accountId, busts) =>
    [...desk.orders.values()].filter((one) => busts.some(({ venueOrderId }) => venueOrderId === one.venueOrderId)),
  ours: async (_accountId, sinceMs) => ours(desk, sinceMs),
  noteReconciled: async (_accountId, { verdict }) => note(desk, 'reconciled', { verdict }),
  freeze: async (_accountId, reason) => freeze(desk, reason),
});

const ordersSince = (desk: MemoryDesk, sinceMs: number): Order[] =>
  [...desk.orders.values()].filter(
    (one) => isOpenOrder(one) || (desk.changedAtMs.get(one.clientOrderId) ?? 0) >= sinceMs,
  );

function ours(desk: MemoryDesk, sinceMs: number): OurBooks {
  const held = new Map<string, typeof ZERO>();
  for (const { symbol, quantity } of desk.positions) held.set(symbol, (held.get(symbol) ?? ZERO).plus(quantity));
  return {
    orders: ordersSince(desk, sinceMs),
    changedAtMs: new Map(desk.changedAtMs),
    trades: bookedTrades(desk),
    busted: new Set(desk.busts.keys()),
    positions: new Map([...held].map(([symbol, quantity]) => [symbol, decimalText(quantity)])),
    cash: decimalText(desk.cash),
    sinceMs,
    nowMs: desk.nowMs(),
  };
}

const bookedTrades = ({ fills }: MemoryDesk): Map<string, number> =>
  new Map(fills.filter((one) => !isReversal(one)).map((one) => [one.tradeId, one.atMs]));
