/**
 * Intents and orders. An intent is written, and committed, before anything is sent; an order row cannot exist
 * without it and is never deleted. Quantities and prices: exact decimal strings.
 */
import type { Selectable } from 'kysely';
import { FINAL_ORDER_STATES, legSchema, type Order, type OrderIntent } from '../schemas/execution.ts';
import { insertRows, upsertRows } from './insert-rows.ts';
import { optionalMs, toInstant, toOptionalInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

const LEG_ORDER = legSchema.options;

/** Why and by whose right an intent was written. */
export type IntentContext = {
  /** The session's (or account's) epoch at the time of writing. */
  readonly epoch: number;
  readonly origin: 'session' | 'manual' | 'ai';
  readonly reasoning: string | null;
  /** Under which the gate let it through; absent where none was asked. */
  readonly policyVersion?: number;
};

/** @throws Error 23505 when (decision, leg) or the client order id is taken */
export async function recordIntents(
  trx: Database,
  intents: readonly OrderIntent[],
  context: IntentContext,
): Promise<void> {
  const { policyVersion: policy_version = null, epoch, origin, reasoning } = context;
  const told = { epoch, origin, reasoning, policy_version };
  const rows = intents.map((one) => ({ ...intentRow(one), group_id: one.groupId ?? null, ...told }));
  await insertRows(trx, 'order_intents', rows);
}

/** Intents of orders that the venue itself makes (liquidations); one that is known already is left alone. */
export async function recordForcedIntents(
  trx: Database,
  intents: readonly OrderIntent[],
  { epoch, origin }: IntentContext,
): Promise<void> {
  const reasoning = 'made by the venue';
  const rows = intents.map((intent) => ({ ...intentRow(intent), group_id: null, epoch, origin, reasoning }));
  await insertRows(trx, 'order_intents', rows, { onConflict: 'nothing' });
}

/** @throws Error 23503 when an order has no intent */
export async function insertOrders(trx: Database, orders: readonly Order[]): Promise<void> {
  await insertRows(trx, 'orders', orders.map(orderRow));
}

/** Writes orders as they are now, new ones too; of several states of one order the last counts. */
export async function updateOrders(trx: Database, orders: readonly Order[]): Promise<void> {
  await upsertRows(trx, 'orders', ['client_order_id'], orders.map(orderRow));
}

/**
 * Orders of an account that may still fill, oldest first, ties by client order id. The index `orders_working` names
 * the final states in the order of `FINAL_ORDER_STATES`.
 */
export async function workingOrders(db: Database, accountId: string): Promise<Order[]> {
  const query = db.selectFrom('orders').selectAll().where('account_id', '=', accountId);
  const rows = await query
    .where('state', 'not in', FINAL_ORDER_STATES)
    .orderBy('created_at')
    .orderBy('client_order_id')
    .execute();
  return rows.map(orderOf);
}

/** Orders of an account that are open, or changed since, with the instant of their last change. */
export async function ordersSince(
  db: Database,
  accountId: string,
  sinceMs: number,
): Promise<{ readonly order: Order; readonly updatedAtMs: number }[]> {
  const query = db.selectFrom('orders').selectAll().where('account_id', '=', accountId);
  const rows = await query
    .where((eb) => eb.or([eb('state', 'not in', FINAL_ORDER_STATES), eb('updated_at', '>=', new Date(sinceMs))]))
    .orderBy('created_at')
    .orderBy('client_order_id')
    .execute();
  return rows.map((row) => ({ order: orderOf(row), updatedAtMs: row.updated_at.getTime() }));
}

export async function orderByClientId(db: Database, clientOrderId: string): Promise<Order | undefined> {
  const query = db.selectFrom('orders').selectAll().where('client_order_id', '=', clientOrderId);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : orderOf(row);
}

/** Orders by their client order ids, in any order. */
export async function ordersByClientIds(db: Database, ids: readonly string[]): Promise<Order[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('orders')
    .selectAll()
    .where('client_order_id', 'in', [...ids])
    .execute();
  return rows.map(orderOf);
}

export async function orderByVenueId(
  db: Database,
  accountId: string,
  venueOrderId: string,
): Promise<Order | undefined> {
  const query = db.selectFrom('orders').selectAll().where('account_id', '=', accountId);
  const row = await query.where('venue_order_id', '=', venueOrderId).executeTakeFirst();
  return row === undefined ? undefined : orderOf(row);
}

/** Orders of a session that are recorded and not sent: nothing of them can fill. */
export async function unsentOrders(trx: Database, sessionId: string): Promise<Order[]> {
  const query = trx.selectFrom('orders').selectAll().where('session_id', '=', sessionId);
  return (await query.where('state', '=', 'INTENT').orderBy('client_order_id').execute()).map(orderOf);
}

/** All legs sent for one decision, the entry or exit first. */
export async function ordersOfDecision(db: Database, decisionId: string): Promise<Order[]> {
  const query = db.selectFrom('orders').selectAll().where('decision_id', '=', decisionId);
  const rows = await query.orderBy('client_order_id').execute();
  return rows.map(orderOf).sort((a, b) => LEG_ORDER.indexOf(a.leg) - LEG_ORDER.indexOf(b.leg));
}

/** All orders of a session's runs, oldest first. */
export async function ordersOfSession(db: Database, sessionId: string): Promise<Order[]> {
  const query = db.selectFrom('orders').selectAll().where('session_id', '=', sessionId);
  const rows = await query.orderBy('created_at').orderBy('client_order_id').execute();
  return rows.map(orderOf);
}

const intentRow = (intent: OrderIntent) => ({
  decision_id: intent.decisionId,
  leg: intent.leg,
  client_order_id: intent.clientOrderId,
  account_id: intent.accountId,
  strategy_id: intent.strategyId,
  symbol: intent.symbol,
  side: intent.side,
  type: intent.type,
  quantity: intent.quantity,
  limit_price: intent.limitPrice,
  stop_price: intent.stopPrice,
  distance_from_entry: intent.distanceFromEntry,
  leverage: intent.leverage,
  reduce_only: intent.reduceOnly,
  reference_price: intent.referencePrice ?? null,
  exit_reason: intent.exitReason ?? null,
  created_at: toInstant(intent.createdAtMs),
});

const orderRow = (order: Order) => ({
  ...intentRow(order),
  session_id: order.sessionId,
  venue: order.venue,
  venue_order_id: order.venueOrderId,
  state: order.state,
  simulated: order.simulated,
  quantity_filled: order.quantityFilled,
  sent_at: toOptionalInstant(order.sentAtMs),
  triggered_at: toOptionalInstant(order.triggeredAtMs ?? null),
  updated_at: toInstant(Date.now()),
});

const orderOf = (row: Selectable<Tables['orders']>): Order => ({
  decisionId: row.decision_id,
  leg: row.leg,
  clientOrderId: row.client_order_id,
  accountId: row.account_id,
  strategyId: row.strategy_id,
  symbol: row.symbol,
  side: row.side,
  type: row.type,
  quantity: row.quantity,
  limitPrice: row.limit_price,
  stopPrice: row.stop_price,
  distanceFromEntry: row.distance_from_entry,
  leverage: row.leverage,
  reduceOnly: row.reduce_only,
  ...(row.reference_price === null ? {} : { referencePrice: row.reference_price }),
  ...(row.exit_reason === null ? {} : { exitReason: row.exit_reason }),
  createdAtMs: row.created_at.getTime(),
  sessionId: row.session_id,
  venue: row.venue,
  venueOrderId: row.venue_order_id,
  simulated: row.simulated,
  state: row.state,
  quantityFilled: row.quantity_filled,
  sentAtMs: optionalMs(row.sent_at),
  triggeredAtMs: optionalMs(row.triggered_at),
});
