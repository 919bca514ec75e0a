/** An order of which nobody knows whether the venue has it: what looking for it has shown, and how the doubt ends. */
import type { Transaction } from 'kysely';
import { hasEndedUnfilled } from '../domain/execution/order-ends.ts';
import { endOfDoubt, isInDoubt, isSameDoubt, type UnknownVerdict } from '../domain/execution/resolve-unknown.ts';
import type { Order, OrderState } from '../schemas/execution.ts';
import { endUnsent } from './end-unsent.ts';
import { changeState, lockOrder } from './locked-order.ts';
import { keepEvidence, readEvidence } from './order-sends.ts';
import { ordersOfDecision } from './orders.ts';
import type { Database, Tables } from './tables.ts';
import type { VenueTakeParts } from './venue-parts.ts';

/** What one round of looking has shown. "Found" is taken over by `takeAnswer`, not here. */
export async function noteVerdict(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  verdict: UnknownVerdict,
): Promise<void> {
  const { order } = await lockOrder(trx, clientOrderId);
  if (!isInDoubt(order.state) || verdict.kind === 'found') return;
  const { evidence } = verdict;
  if (!isSameDoubt(await readEvidence(trx, clientOrderId), evidence)) return;
  await keepEvidence(trx, clientOrderId, evidence);
  const to = endOfDoubt(order.state, verdict);
  const reason = verdict.kind === 'manual' ? verdict.reason : 'the venue does not have it';
  if (to !== null) await endDoubt(trx, parts, order, to, reason);
}

/** The end of a doubt by what was not found, or by a person. An order given up is watched: it may come late. */
export async function endDoubt(
  trx: Database,
  parts: Pick<VenueTakeParts, 'nowMs'>,
  order: Order,
  to: OrderState,
  reason: string,
): Promise<void> {
  const nowMs = parts.nowMs();
  await changeState(trx, order, to, reason, nowMs);
  if (hasEndedUnfilled({ ...order, state: to })) {
    await endUnsent(trx, parts, await ordersOfDecision(trx, order.decisionId), 'its entry never came to be');
  }
}
