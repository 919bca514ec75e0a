/** `trades.reviewed_at`: when the review of a closed trade was written; null until then. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table trades add column reviewed_at timestamptz`.execute(db);
  await sql`create index trades_unreviewed on trades (closed_at) where reviewed_at is null`.execute(db);
}
