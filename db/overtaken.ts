/** Exits whose way was being cleared when their account was frozen. */
import { isCleared } from '../domain/execution/exit-way.ts';
import type { Order } from '../schemas/execution.ts';
import { ordersSince } from './orders.ts';
import type { Database } from './tables.ts';

/** Whether a leg of the exit's position has gone, or is being cancelled, since the exit was recorded. */
export async function isOvertaken(db: Database, exit: Order): Promise<boolean> {
  const query = db.selectFrom('order_intents').select('recorded_at').where('client_order_id', '=', exit.clientOrderId);
  const intent = await query.executeTakeFirst();
  if (intent === undefined) return false;
  const recordedAtMs = intent.recorded_at.getTime();
  const orders = await ordersSince(db, exit.accountId, recordedAtMs);
  return orders.some(({ order, updatedAtMs }) => updatedAtMs >= recordedAtMs && isCleared(order, exit));
}
