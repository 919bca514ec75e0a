/** The cancel of an order at a network venue: written down before it is asked, in doubt until an answer proves it. */
import type { Transaction } from 'kysely';
import { cancelStep } from '../domain/execution/exit-way.ts';
import { startUnknown } from '../domain/execution/resolve-unknown.ts';
import type { Order } from '../schemas/execution.ts';
import { appendAudit } from './audit.ts';
import { endUnsent } from './end-unsent.ts';
import { changeState, lockOrder } from './locked-order.ts';
import { keepEvidence } from './order-sends.ts';
import type { Tables } from './tables.ts';
import type { VenueTakeParts } from './venue-parts.ts';

/**
 * Before a cancel is asked of the venue: ACKED or PARTIAL → CANCEL_SENT; one that never left ends here.
 * @returns the order when the venue has to be asked, null when there is nothing to cancel (yet)
 */
export async function beginCancel(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  reason: string,
): Promise<Order | null> {
  const { order } = await lockOrder(trx, clientOrderId);
  const step = cancelStep(order);
  if (step === 'end') await endUnsent(trx, parts, [order], reason);
  if (step !== 'move') return step === 'ask' ? order : null;
  const nowMs = parts.nowMs();
  await appendAudit(trx, [{ kind: 'order_cancel', body: { clientOrderId, reason }, atMs: nowMs }]);
  await changeState(trx, order, 'CANCEL_SENT', reason, nowMs);
  return { ...order, state: 'CANCEL_SENT' };
}

/** The answer to a cancel proved nothing: evidence is gathered anew from here. */
export async function noteCancelUnknown(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  reason: string,
): Promise<void> {
  const { order } = await lockOrder(trx, clientOrderId);
  if (order.state !== 'CANCEL_SENT') return;
  const nowMs = parts.nowMs();
  await changeState(trx, order, 'CANCEL_UNKNOWN', reason, nowMs);
  await keepEvidence(trx, clientOrderId, startUnknown(nowMs));
}
