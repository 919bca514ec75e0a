/** Busts as a venue told them, each execution once; and the fills of a position that count, for taking one back. */
import type { BookedFill } from '../domain/execution/take-back.ts';
import type { Order } from '../schemas/execution.ts';
import type { VenueBust } from '../schemas/venue.ts';
import { fillsAsBooked } from './fills.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { orderByVenueId, ordersByClientIds } from './orders.ts';
import type { Database } from './tables.ts';

/** Notes what is new of `busts`, all of this order. @returns all that were ever told of it */
export async function noteBusts(
  trx: Database,
  { venue, accountId, clientOrderId }: Order,
  busts: readonly VenueBust[],
  nowMs: number,
): Promise<VenueBust[]> {
  const rows = busts.map((one) => ({
    venue,
    account_id: accountId,
    execution_id: one.executionId,
    client_order_id: clientOrderId,
    venue_order_id: one.venueOrderId,
    symbol: one.symbol,
    replacement: one.replacement,
    at: toInstant(one.atMs),
    told_at: toInstant(nowMs),
  }));
  await insertRows(trx, 'trade_busts', rows, { onConflict: 'nothing' });
  const query = trx.selectFrom('trade_busts').selectAll().where('client_order_id', '=', clientOrderId);
  return (await query.orderBy('at').orderBy('execution_id').execute()).map((row) => ({
    executionId: row.execution_id,
    venueOrderId: row.venue_order_id,
    symbol: row.symbol,
    replacement: row.replacement,
    atMs: row.at.getTime(),
  }));
}

/** Names of all executions of an account that no longer count. */
export async function bustedExecutions(db: Database, accountId: string): Promise<Set<string>> {
  const query = db.selectFrom('trade_busts').select('execution_id').where('account_id', '=', accountId);
  return new Set((await query.execute()).map((row) => row.execution_id));
}

/** The fills that count of an order's strategy and symbol, in the order of booking, each with its order. */
export async function historyOf(db: Database, order: Order): Promise<BookedFill[]> {
  const fills = await fillsAsBooked(db, order);
  const orders = await ordersByClientIds(db, [...new Set(fills.map((one) => one.clientOrderId))]);
  const byId = new Map(orders.map((one) => [one.clientOrderId, one]));
  return fills.flatMap((fill) => {
    const of = byId.get(fill.clientOrderId);
    return of === undefined ? [] : [{ fill, order: of }];
  });
}

/** The orders of the account that these busts are of, each once. */
export async function ordersOfBusts(db: Database, accountId: string, busts: readonly VenueBust[]): Promise<Order[]> {
  const ids = [...new Set(busts.map((one) => one.venueOrderId))];
  const found = await Promise.all(ids.map((id) => orderByVenueId(db, accountId, id)));
  return found.filter((one) => one !== undefined);
}
