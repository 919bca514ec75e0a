/**
 * How far each channel of alerts has been told. The row of a channel is locked while one alert is delivered: of several
 * workers one delivers, and the note is committed after the delivery. A kill in between delivers again, never skips.
 */
import { sql, type Transaction } from 'kysely';
import { cutText } from '../schemas/cut-text.ts';
import type { DeskEvent } from './events.ts';
import { lastSequence, readEvents } from './events.ts';
import { toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

/** What came of one attempt; `failures`: how many in a row have failed by now. */
export type AlertAttempt =
  | { readonly kind: 'delivered'; readonly sequence: number }
  | { readonly kind: 'failed'; readonly failures: number; readonly afterMs: number | null }
  /** Nothing to tell, or another worker is telling it. */
  | { readonly kind: 'idle' };

export type AlertTurn = {
  readonly channel: string;
  /** Types of events that are alerts. */
  readonly types: readonly string[];
  /** `failed` with its reason leaves the event for the next attempt. */
  readonly deliver: (
    event: DeskEvent,
  ) => Promise<{ kind: 'delivered' } | { kind: 'failed'; reason: string; afterMs: number | null }>;
  readonly nowMs: () => number;
};

const REASON_MAX = 300;

/** Delivers the next alert of a channel. One that is new begins with what happens from now on. */
export async function deliverNext(db: Database, turn: AlertTurn): Promise<AlertAttempt> {
  await ensureCursor(db, turn);
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ sequence: number; failures: number }>`select sequence, failures from alert_cursors
      where channel = ${turn.channel} for update skip locked`.execute(trx);
    const [cursor] = rows;
    if (cursor === undefined) return { kind: 'idle' };
    const until = await lastSequence(trx);
    const event = await nextEvent(trx, cursor.sequence, turn.types);
    if (event === undefined) {
      if (until > cursor.sequence) await note(trx, turn, { sequence: until, failures: 0, reason: null });
      return { kind: 'idle' };
    }
    const delivery = await turn.deliver(event);
    const { sequence } = event;
    if (delivery.kind === 'delivered') {
      await note(trx, turn, { sequence, failures: 0, reason: null });
      return { kind: 'delivered', sequence };
    }
    const failures = cursor.failures + 1;
    await note(trx, turn, { sequence: cursor.sequence, failures, reason: delivery.reason });
    return { kind: 'failed', failures, afterMs: delivery.afterMs };
  });
}

async function ensureCursor(db: Database, { channel, nowMs }: AlertTurn): Promise<void> {
  await sql`insert into alert_cursors (channel, sequence, at)
    select ${channel}, value, ${toInstant(nowMs())} from counters where name = 'events'
    on conflict (channel) do nothing`.execute(db);
}

async function nextEvent(trx: Transaction<Tables>, after: number, types: readonly string[]) {
  const query = trx.selectFrom('events').select('sequence').where('sequence', '>', after).where('type', 'in', types);
  const found = await query.orderBy('sequence').limit(1).executeTakeFirst();
  return found === undefined ? undefined : (await readEvents(trx, found.sequence - 1, 1))[0];
}

type Note = { readonly sequence: number; readonly failures: number; readonly reason: string | null };

async function note(trx: Transaction<Tables>, { channel, nowMs }: AlertTurn, one: Note): Promise<void> {
  await trx
    .updateTable('alert_cursors')
    .set({
      ...{ sequence: one.sequence, failures: one.failures, at: toInstant(nowMs()) },
      last_failure: one.reason === null ? null : cutText(one.reason, REASON_MAX),
    })
    .where('channel', '=', channel)
    .execute();
}
