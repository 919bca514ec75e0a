/**
 * The last word before an order leaves, and the first after: the guard that is asked when the connection stands, and
 * what the venue's answer proved. Who comes too late for either is counted in `fenced_writes`.
 */
import type { Transaction } from 'kysely';
import { isProtective } from '../domain/execution/legs.ts';
import { startUnknown } from '../domain/execution/resolve-unknown.ts';
import {
  addsRisk,
  countedWith,
  guardRefusal,
  isStillDue,
  isToldElsewhere,
  provenBy,
} from '../domain/execution/venue-claim.ts';
import { afterSend } from '../domain/execution/venue-step.ts';
import { isLiveAccount } from '../schemas/arming.ts';
import type { SendOutcome } from '../schemas/venue.ts';
import { isArmedFor } from './armings.ts';
import { endUnsent } from './end-unsent.ts';
import { toInstant } from './instant.ts';
import { readKillSwitch } from './kill-switch.ts';
import { noteMove } from './order-moves.ts';
import { sendCountsOf } from './order-sends.ts';
import { orderByClientId, updateOrders } from './orders.ts';
import { openOrders } from './paper-book.ts';
import type { Database, Tables } from './tables.ts';
import type { SendClaim, VenueStoreParts } from './venue-parts.ts';

/** Asked when the connection stands, directly before the first byte. Null: go on. */
export async function mayStillSend(parts: VenueStoreParts, { order, epoch }: SendClaim): Promise<string | null> {
  const { clientOrderId } = order;
  const row = await parts.db
    .selectFrom('order_sends as s')
    .innerJoin('orders as o', 'o.client_order_id', 's.client_order_id')
    .select(['s.epoch', 's.send_before', 'o.state'])
    .where('s.client_order_id', '=', clientOrderId)
    .executeTakeFirst();
  const record = row === undefined ? null : { ...row, sendBeforeMs: row.send_before.getTime() };
  const refusal = guardRefusal(record, epoch, parts.nowMs());
  if (refusal?.fenced === true) await noteFenced(parts.db, parts, clientOrderId, epoch, 'send');
  if (refusal !== null) return refusal.message;
  if (!addsRisk(order)) return null;
  if (isLiveAccount(order.accountId) && !(await isArmedFor(parts.db, order, parts.nowMs()))) {
    return `account ${order.accountId} is not armed any more`;
  }
  const kill = await readKillSwitch(parts.db);
  const blocked = kill.active ? (kill.reason ?? 'set without a reason') : parts.killFile();
  return blocked === null ? null : `the kill switch is on: ${blocked}`;
}

/** Takes down what the answer proved. @returns false when the order is in other hands by now */
export async function noteSendOutcome(
  trx: Transaction<Tables>,
  parts: VenueStoreParts,
  claim: SendClaim,
  told: SendOutcome,
): Promise<boolean> {
  const { clientOrderId, decisionId } = claim.order;
  const { orders } = await openOrders(trx, decisionId);
  const before = await sendCountsOf(trx, clientOrderId);
  const outcome = provenBy(told, before, parts.idProfile);
  const counts = countedWith(told, outcome, before);
  const order = await orderByClientId(trx, clientOrderId);
  const nowMs = parts.nowMs();
  const evidence = outcome.kind === 'ambiguous' ? startUnknown(nowMs) : null;
  const result = await trx
    .updateTable('order_sends')
    .set({ outcome: outcomeText(outcome), evidence, ...counts })
    .where('client_order_id', '=', clientOrderId)
    .where('epoch', '=', claim.epoch)
    .executeTakeFirst();
  if (order?.state !== 'SENT' || result.numUpdatedRows !== 1n) {
    await noteFenced(trx, parts, clientOrderId, claim.epoch, 'outcome');
    return false;
  }
  const moved = afterSend(order, outcome, isStillDue(order, outcome, counts, parts.idProfile));
  await updateOrders(trx, [moved]);
  const isQuiet = moved.state === 'INTENT' && isToldElsewhere(outcome, claim.epoch, counts);
  await noteMove(trx, order, moved.state, outcomeText(outcome), nowMs, isQuiet);
  if (moved.state === 'REJECTED' && !isProtective(moved)) await endUnsent(trx, parts, orders, 'its entry was rejected');
  return true;
}

const outcomeText = (outcome: SendOutcome): string => {
  if (outcome.kind === 'accepted') return `accepted as ${outcome.order.venueOrderId}`;
  return outcome.kind === 'rejected' ? `${outcome.code}: ${outcome.message}` : `ambiguous: ${outcome.reason}`;
};

async function noteFenced(
  db: Database,
  parts: Pick<VenueStoreParts, 'nowMs'>,
  clientOrderId: string,
  epoch: number,
  what: 'send' | 'outcome',
): Promise<void> {
  const row = { at: toInstant(parts.nowMs()), client_order_id: clientOrderId, epoch, what };
  await db.insertInto('fenced_writes').values(row).execute();
}
