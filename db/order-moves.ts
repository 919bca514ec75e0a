/**
 * What is told of an order that moved: the move, and where it leaves something held that no stop and no exit will
 * close, an alert for a person. Called inside the transaction that has written the order and its fills.
 */
import { toDecimal, ZERO } from '../domain/decimal.ts';
import { isBare, mayLeaveBare } from '../domain/execution/protection.ts';
import type { Order, OrderState } from '../schemas/execution.ts';
import { appendEvents } from './events.ts';
import { workingOrders } from './orders.ts';
import { positionsOfAccount } from './positions.ts';
import type { Database } from './tables.ts';

/** `order`: as it was before. `isToldBefore`: the same alert has just been given. */
export async function noteMove(
  trx: Database,
  order: Order,
  to: OrderState,
  reason: string | null,
  atMs: number,
  isToldBefore = false,
): Promise<void> {
  const { clientOrderId, decisionId } = order;
  const payload = { clientOrderId, from: order.state, to, reason };
  await appendEvents(trx, [{ type: 'order_moved', payload, correlationId: decisionId, atMs }]);
  if (mayLeaveBare(order, to) && !isToldBefore) await tellBare(trx, order, reason, atMs);
}

/** The alert, where what is held of the order's strategy and symbol is more than stops and exits at work will close. */
export async function tellBare(trx: Database, order: Order, reason: string | null, atMs: number): Promise<void> {
  const { clientOrderId, accountId, strategyId, symbol, decisionId, venue } = order;
  if (venue === 'paper') return;
  const positions = await positionsOfAccount(trx, accountId);
  const own = positions.find((one) => one.strategyId === strategyId && one.symbol === symbol);
  const held = own === undefined ? ZERO : toDecimal(own.quantity);
  const price = toDecimal(own?.markPrice ?? '0');
  if (!isBare(order, held, await workingOrders(trx, accountId), price)) return;
  const payload = { clientOrderId, accountId, symbol, reason };
  await appendEvents(trx, [{ type: 'position_unprotected', payload, correlationId: decisionId, atMs }]);
}
