/**
 * `trades.recorded_at`: when a closed trade was written, by the wall;
 * `closed_at` is market time, which a replay makes old.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table trades add column recorded_at timestamptz not null default now()`.execute(db);
}
