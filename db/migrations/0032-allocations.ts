/** Plans of capital across strategies, one row a review. The newest is in force: sessions size by `weights`. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table allocations (
    allocation_id text primary key,
    at timestamptz not null,
    weights jsonb not null,
    cash_fraction double precision not null check (cash_fraction between 0 and 1),
    plan jsonb not null
  )`.execute(db);
  await sql`create index allocations_by_time on allocations (at desc, allocation_id desc)`.execute(db);
}
