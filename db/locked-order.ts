/** One order under the lock of its account, and its move to another state. */
import type { Transaction } from 'kysely';
import { moveOrder } from '../domain/execution/order-state.ts';
import type { Order, OrderState } from '../schemas/execution.ts';
import { type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { noteMove } from './order-moves.ts';
import { orderByClientId, updateOrders } from './orders.ts';
import type { Database, Tables } from './tables.ts';

type Locked = { readonly order: Order; readonly loaded: LoadedAccount };

/** The order as it is now, with its account under the lock. @throws Error when there is no such order */
export async function lockOrder(trx: Transaction<Tables>, clientOrderId: string): Promise<Locked> {
  const found = await orderByClientId(trx, clientOrderId);
  if (found === undefined) throw new Error(`order ${clientOrderId} is not recorded`);
  const loaded = await loadAccount(trx, found.accountId, found.strategyId, openingCheckpoint('0'), null);
  return { order: (await orderByClientId(trx, clientOrderId)) ?? found, loaded };
}

export async function changeState(
  trx: Database,
  order: Order,
  to: OrderState,
  reason: string | null,
  atMs: number,
): Promise<void> {
  await updateOrders(trx, [{ ...order, state: moveOrder(order.state, to) }]);
  await noteMove(trx, order, to, reason, atMs);
}
