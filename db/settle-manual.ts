/** Orders that wait for a person: which, and their end by a person when the venue does not have them. */

import type { Order } from '../schemas/execution.ts';
import { lockAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { endDoubt } from './order-doubts.ts';
import { orderByClientId, workingOrders } from './orders.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

/** Orders of an account in state MANUAL, oldest first. */
export const manualOrders = async (db: Database, accountId: string): Promise<Order[]> =>
  (await workingOrders(db, accountId)).filter((one) => one.state === 'MANUAL');

export type Settlement = {
  readonly order: Pick<Order, 'clientOrderId' | 'accountId'>;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
};

/**
 * MANUAL → ABSENT, or CANCELED where the venue had taken the order once; audited. What is left of the order counts
 * against no limit any more. A fill of it that is told later is booked all the same.
 * @returns the order's new state, null when it is not MANUAL any more
 */
export function settleManual(db: Database, { order, by, reason, atMs }: Settlement): Promise<Order['state'] | null> {
  return inTransaction(db, async (trx) => {
    await lockAccount(trx, order.accountId);
    const now = await orderByClientId(trx, order.clientOrderId);
    if (now?.state !== 'MANUAL') return null;
    const to = now.venueOrderId === null ? 'ABSENT' : 'CANCELED';
    const { clientOrderId, accountId } = order;
    const body = { clientOrderId, accountId, to, by, reason };
    await appendAudit(trx, [{ kind: 'order_settled', body, atMs }]);
    await appendEvents(trx, [{ type: 'order_settled', payload: body, correlationId: now.decisionId, atMs }]);
    await endDoubt(trx, { nowMs: () => atMs }, now, to, `settled by ${by}: ${reason}`);
    return to;
  });
}
