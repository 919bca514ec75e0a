/**
 * Answers of commands by the key that their caller gave them (a row goes
 * after a day); the newest event of a type at once.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table idempotency_keys (
    key text primary key,
    request_hash text not null,
    answer jsonb,
    at timestamptz not null)`.execute(db);
  await sql`create index events_by_type on events (type, sequence desc)`.execute(db);
}
