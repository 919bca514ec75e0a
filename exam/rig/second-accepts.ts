/**
 * Orders that the venue took a second time from a worker that had been stopped before its send and was continued: one
 * accept before the SIGCONT by whoever had taken the order over, another one after it. Read from the venue's journal;
 * the desk's tables only tell which orders the stopped workflow had.
 */
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { z } from 'zod';
import type { Violation } from '../exam.ts';
import type { Woken } from './freezing.ts';
import type { Rig } from './rig.ts';

const acceptSchema = z.object({
  kind: z.literal('accept'),
  sequence: z.number(),
  clientOrderId: z.string(),
  atMs: z.number(),
});
type Accept = z.infer<typeof acceptSchema>;

const ORDERS_OF = `select o.client_order_id as id from orders o join decisions d using (decision_id)
  where d.correlation_id = $1`;

/** One for each order and waking. */
export async function secondAccepts({ venue, pool }: Rig, woken: readonly Woken[]): Promise<Violation[]> {
  const accepts = acceptsIn(readFileSync(venue.journal, 'utf8'));
  const found: Violation[] = [];
  for (const one of woken) {
    for (const id of await ordersOf(pool, one)) found.push(...secondOf(accepts.get(id) ?? [], one));
  }
  return found;
}

/** Whether the violation that a control must end with has come about. */
export async function isSeen(rig: Rig, expected: string, woken: readonly Woken[]): Promise<boolean> {
  if (expected === 'secondAccept') return (await secondAccepts(rig, woken)).length > 0;
  return [...acceptsIn(readFileSync(rig.venue.journal, 'utf8')).values()].some((accepts) => accepts.length > 1);
}

function acceptsIn(journal: string): Map<string, Accept[]> {
  const accepts = new Map<string, Accept[]>();
  for (const line of journal.split('\n').slice(0, -1)) {
    const { success, data } = acceptSchema.safeParse(JSON.parse(line));
    if (success) accepts.set(data.clientOrderId, [...(accepts.get(data.clientOrderId) ?? []), data]);
  }
  return accepts;
}

async function ordersOf(pool: pg.Pool, { workflowId }: Woken): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(ORDERS_OF, [workflowId]);
  return rows.map(({ id }) => id);
}

function secondOf(accepts: readonly Accept[], { atMs }: Woken): Violation[] {
  const before = accepts.findLast((one) => one.atMs < atMs);
  const after = accepts.find((one) => one.atMs >= atMs);
  if (before === undefined || after === undefined) return [];
  const lines = `lines ${before.sequence} and ${after.sequence}`;
  const where = `${after.clientOrderId} accepted in ${lines}, the second ${after.atMs - atMs} ms after SIGCONT`;
  return [{ kind: 'secondAccept', where }];
}
