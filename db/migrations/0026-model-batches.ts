/**
 * Questions that are handed over many at once: a batch is written down before it leaves, and its calls name it. And the
 * analyses that screenings may still ask for on a day, each taken once.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table model_batches (
    batch_key text primary key,
    provider text not null,
    model text not null,
    base_url text not null,
    provider_batch_id text,
    state text not null check (state in ('submitting', 'submitted', 'ended', 'failed', 'lost')),
    items jsonb not null,
    submitted_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`alter table model_calls add column batch_key text references model_batches (batch_key)`.execute(db);
  await sql`create table screening_places (
    place_key text not null,
    stage text not null check (stage in ('analysis', 'deep')),
    day date not null,
    taken_at timestamptz not null,
    primary key (place_key, stage)
  )`.execute(db);
  await sql`create index screening_places_day on screening_places (day, stage)`.execute(db);
}
