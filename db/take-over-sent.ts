/** Orders that an attempt left in SENT and never reported: UNKNOWN under the next epoch, never sent again. */
import type { Transaction } from 'kysely';
import { startUnknown } from '../domain/execution/resolve-unknown.ts';
import { asTakenOver } from '../domain/execution/venue-claim.ts';
import type { Order } from '../schemas/execution.ts';
import { noteMove } from './order-moves.ts';
import { updateOrders } from './orders.ts';
import { openOrders } from './paper-book.ts';
import type { Database, Tables } from './tables.ts';
import type { VenueStoreParts } from './venue-parts.ts';

/** The orders of a decision that nobody works on any more. */
export async function takeOverSent(
  trx: Transaction<Tables>,
  parts: VenueStoreParts,
  decisionId: string,
): Promise<void> {
  const { orders } = await openOrders(trx, decisionId);
  await takeOver(trx, parts, orders);
}

/** SENT by an attempt that is gone, or stands still: nobody knows whether it left. */
export async function takeOver(trx: Database, parts: VenueStoreParts, orders: readonly Order[]): Promise<void> {
  const sent = orders.filter((one) => one.state === 'SENT');
  if (sent.length === 0) return;
  const nowMs = parts.nowMs();
  for (const { clientOrderId } of sent) {
    await trx
      .updateTable('order_sends')
      .set((eb) => ({ epoch: eb('epoch', '+', 1), evidence: startUnknown(nowMs) }))
      .where('client_order_id', '=', clientOrderId)
      .execute();
  }
  await updateOrders(trx, asTakenOver(sent));
  for (const one of sent) await noteMove(trx, one, 'UNKNOWN', 'taken over from an attempt that did not report', nowMs);
}
