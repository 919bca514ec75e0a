/** Words about decisions of officers: the events they speak of, and the event they are. */
import { sql, type Transaction } from 'kysely';
import { COMMENTED_EVENTS } from '../../domain/officers/commentary/commentary-facts.ts';
import type { Commentary } from '../../schemas/officers/commentary.ts';
import { appendEvents, type DeskEvent, readEvents } from '../events.ts';
import { toInstant } from '../instant.ts';
import { inTransaction } from '../retry.ts';
import type { Database, Tables } from '../tables.ts';

const TYPE = 'officer_commentary';

export type CommentaryStore = ReturnType<typeof createCommentaryStore>;

export const createCommentaryStore = (db: Database) => ({
  /** undefined: there is no such event. */
  event: async (sequence: number): Promise<DeskEvent | undefined> => (await readEvents(db, sequence - 1, 1))[0],

  /** Told once, under the correlation id of the event it speaks of. @returns false when it was told before */
  tell: (commentary: Commentary, nowMs: number): Promise<boolean> =>
    inTransaction(db, (trx) => tell(trx, commentary, nowMs)),
});

async function tell(trx: Transaction<Tables>, commentary: Commentary, nowMs: number): Promise<boolean> {
  const { sequence } = commentary;
  await sql`select pg_advisory_xact_lock(hashtext(${TYPE}))`.execute(trx);
  const told = trx
    .selectFrom('events')
    .select('sequence')
    .where('type', '=', TYPE)
    .where('sequence', '>', sequence)
    .where(sql<string>`payload->>'sequence'`, '=', String(sequence));
  if ((await told.executeTakeFirst()) !== undefined) return false;
  const about = trx.selectFrom('events').select('correlation_id').where('sequence', '=', sequence);
  const { correlation_id: correlationId } = await about.executeTakeFirstOrThrow();
  await appendEvents(trx, [{ type: TYPE, payload: commentary, correlationId, atMs: nowMs }]);
  return true;
}

/**
 * Sequences after `after`, up to and with `until`, of what may be commented
 * on and is not older than `sinceMs`: the newest.
 */
export async function eventsToCommentOn(
  db: Database,
  range: { readonly after: number; readonly until: number; readonly sinceMs: number; readonly limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('events')
    .select('sequence')
    .where('sequence', '>', range.after)
    .where('sequence', '<=', range.until)
    .where('type', 'in', [...COMMENTED_EVENTS])
    .where('at', '>=', sql<Date>`${toInstant(range.sinceMs)}::timestamptz`)
    .orderBy('sequence', 'desc')
    .limit(range.limit)
    .execute();
  return rows.map(({ sequence }) => sequence);
}
