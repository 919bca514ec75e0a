/**
 * The events table: append-only, numbered without gaps in the order of commits, told by NOTIFY with the number
 * only. Subscribers catch up by sequence; a missed notification loses nothing.
 */
import { type Selectable, sql } from 'kysely';
import { toInstant } from './instant.ts';
import { jsonText } from './storable.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

/** LISTEN on this; the payload is the highest new sequence. */
export const EVENTS_CHANNEL = 'quarterdeck_events';

export type NewEvent = {
  readonly type: string;
  readonly payload: JsonObject;
  readonly correlationId: string | null;
  readonly atMs: number;
};
export type DeskEvent = NewEvent & { readonly sequence: number };

/**
 * Appends events in the transaction of the state they tell of. Call it LAST: from here to the commit every other
 * writer of events waits, which is what makes commit order equal sequence order.
 * @returns the sequence of the last event, undefined when there was none
 */
export async function appendEvents(trx: Database, events: readonly NewEvent[]): Promise<number | undefined> {
  if (events.length === 0) return undefined;
  const rows = events.map((event, index) => ({
    position: index + 1,
    type: event.type,
    payload: event.payload,
    correlation_id: event.correlationId,
    at: toInstant(event.atMs),
  }));
  const result = await sql<{ last: number | null }>`
    with bumped as (
      update counters set value = value + ${events.length}::bigint where name = 'events' returning value
    ), added as (
      insert into events (sequence, type, payload, correlation_id, at)
      select bumped.value - ${events.length}::bigint + e.position, e.type, e.payload, e.correlation_id, e.at
      from bumped, json_to_recordset(${jsonText(rows)}::json)
        as e (position int, type text, payload jsonb, correlation_id text, at timestamptz)
      returning sequence
    )
    select max(sequence) as last, pg_notify(${EVENTS_CHANNEL}, max(sequence)::text) from added`.execute(trx);
  const last = result.rows[0]?.last;
  if (last === null || last === undefined) throw new Error('the counter of events is missing');
  return last;
}

/** Up to `limit` events after sequence `after`, in order. */
export async function readEvents(db: Database, after: number, limit: number): Promise<DeskEvent[]> {
  const query = db.selectFrom('events').selectAll().where('sequence', '>', after);
  const rows = await query.orderBy('sequence').limit(limit).execute();
  return rows.map(eventOf);
}

/** The sequence of the newest event, 0 before the first. */
export async function lastSequence(db: Database): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('name', '=', 'events').executeTakeFirstOrThrow();
  return row.value;
}

const eventOf = (row: Selectable<Tables['events']>): DeskEvent => ({
  sequence: row.sequence,
  type: row.type,
  payload: row.payload,
  correlationId: row.correlation_id,
  atMs: row.at.getTime(),
});
