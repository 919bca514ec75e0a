/**
 * The plain loop: the same step as a session, over a whole series in memory, without Temporal and without a database.
 * It is the yardstick the sessions are held against, and what stands behind `npm run backtest -- --via loop`.
 */
import type { Order } from '../../schemas/execution.ts';
import { expireAll } from '../execution/book.ts';
import { dayZoneOf } from '../market/trading-day.ts';
import { openWalk } from './open-walk.ts';
import { type WalkBatch, walkBatch } from './walk-batch.ts';
import type { WalkContext } from './walk-context.ts';

/** Walks every instant; orders still at work at the end expire. */
export function runBacktest(context: WalkContext, startingCash: string): WalkBatch {
  const firstMs = context.timeline.openTimeMs[0] ?? 0;
  const start = openWalk(context.accountId, startingCash, firstMs, dayZoneOf(context.symbols));
  const until = context.timeline.openTimeMs.length;
  const walked = walkBatch(start, context, { from: 0, until, ordersAsChildren: false });
  const ended = expireAll(walked.state.book);
  const orders = new Map<string, Order>(walked.orders);
  for (const order of ended.orders) orders.set(order.clientOrderId, order);
  return { ...walked, orders, state: { ...walked.state, book: ended.book } };
}
