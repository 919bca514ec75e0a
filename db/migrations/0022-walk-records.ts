/**
 * What each walk stood on, so that its decisions can be made again from the record: `walk_settings` once by hash,
 * `walk_records` one row a walk that decided something. `model_calls.question_ref`: the question as it was put, before
 * it was rendered.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table walk_settings (
    ref text primary key,
    body text not null,
    stored_at timestamptz not null default now()
  )`.execute(db);
  await sql`create table walk_records (
    session_id text not null references sessions (session_id),
    run integer not null,
    first_sequence integer not null,
    last_sequence integer not null,
    settings_ref text not null references walk_settings (ref),
    start_hash text not null,
    start text not null,
    recorded_at timestamptz not null default now(),
    primary key (session_id, run, first_sequence)
  )`.execute(db);
  await sql`alter table model_calls add column question_ref text references model_payloads (ref)`.execute(db);
}
