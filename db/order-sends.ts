/**
 * What is recorded of the sending of an order at a network venue: under which epoch, how often, with which outcome, and
 * while it is in doubt the evidence for and against it. One row an order, in `order_sends`.
 */
import { isInDoubt, startUnknown, type UnknownEvidence } from '../domain/execution/resolve-unknown.ts';
import type { PastSend } from '../domain/execution/venue-claim.ts';
import type { Order } from '../schemas/execution.ts';
import type { Database } from './tables.ts';

/** Of orders that were claimed before: under which epoch, with which outcome, and whether its guard held it back. */
export async function pastSends(trx: Database, orders: readonly Order[]): Promise<Map<string, PastSend>> {
  const ids = orders.map((one) => one.clientOrderId);
  const rows = await trx
    .selectFrom('order_sends as s')
    .select((eb) => [
      's.client_order_id',
      's.epoch',
      's.sends',
      's.outcome',
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
    rows.map(({ client_order_id, epoch, sends, outcome, guardRefused }) => [
      client_order_id,
      { epoch, sends, outcome, guardRefused: guardRefused === true },
    ]),
  );
}

/** How many sendings of the order may have left, the one under way among them. */
export async function sendsOf(trx: Database, clientOrderId: string): Promise<number> {
  const query = trx.selectFrom('order_sends').select('sends').where('client_order_id', '=', clientOrderId);
  return (await query.executeTakeFirstOrThrow()).sends;
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
