/**
 * What is recorded of the sending of an order at a network venue: under which epoch, how often, with which outcome, and
 * while it is in doubt the evidence for and against it. One row an order, in `order_sends`.
 */
import { isInDoubt, startUnknown, type UnknownEvidence } from '../domain/execution/resolve-unknown.ts';
import type { PastSend, SendCounts } from '../domain/execution/venue-claim.ts';
import type { Order } from '../schemas/execution.ts';
import type { Database } from './tables.ts';

/** Of orders that were claimed before: when last, under which epoch, how often, whether the guard held it back. */
export async function pastSends(trx: Database, orders: readonly Order[]): Promise<Map<string, PastSend>> {
  const ids = orders.map((one) => one.clientOrderId);
  const rows = await trx
    .selectFrom('order_sends as s')
    .select((eb) => [
      's.client_order_id',
      's.epoch',
      's.sends',
      's.refusals',
      's.claimed_at',
      eb
        .exists(
          eb
            .selectFrom('fenced_writes as f')
            .select('f.epoch')
            .whereRef('f.client_order_id', '=', 's.client_order_id')
            .where('f.what', '=', 'send')
            .where((inner) => inner('f.epoch', '=', inner('s.epoch', '-', 1))),
        )
        .as('guardRefused'),
    ])
    .where('s.client_order_id', 'in', ids)
    .execute();
  return new Map(
    rows.map(({ client_order_id, claimed_at, guardRefused, ...rest }) => [
      client_order_id,
      { ...rest, claimedAtMs: claimed_at.getTime(), guardRefused: guardRefused === true },
    ]),
  );
}

/** How many sendings of the order may have left, the one under way among them, and how many of them were refused. */
export async function sendCountsOf(trx: Database, clientOrderId: string): Promise<SendCounts> {
  const query = trx.selectFrom('order_sends').select(['sends', 'refusals']);
  return query.where('client_order_id', '=', clientOrderId).executeTakeFirstOrThrow();
}

/** Those that were ever on their way to the venue. */
export async function claimedAmong(trx: Database, orders: readonly Order[]): Promise<Set<string>> {
  const ids = orders.map((one) => one.clientOrderId);
  const query = trx.selectFrom('order_sends').select('client_order_id').where('client_order_id', 'in', ids);
  return new Set((await query.execute()).map((row) => row.client_order_id));
}

/** The evidence gathered so far about an order in doubt; null when it is in none. */
export async function readEvidence(db: Database, clientOrderId: string): Promise<UnknownEvidence | null> {
  const row = await db
    .selectFrom('order_sends as s')
    .innerJoin('orders as o', 'o.client_order_id', 's.client_order_id')
    .select(['s.evidence', 's.claimed_at', 'o.state'])
    .where('s.client_order_id', '=', clientOrderId)
    .executeTakeFirst();
  if (row === undefined || !isInDoubt(row.state)) return null;
  return row.evidence ?? startUnknown(row.claimed_at.getTime());
}

export async function keepEvidence(trx: Database, clientOrderId: string, evidence: UnknownEvidence): Promise<void> {
  await trx.updateTable('order_sends').set({ evidence }).where('client_order_id', '=', clientOrderId).execute();
}
