/**
 * Stored bars and what is known of each data set. A bar is stamped with its OPEN time; prices and volume are exact.
 * Gaps are kept next to the bars, never filled.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table bars (
    symbol text not null,
    interval_ms bigint not null,
    open_time timestamptz not null,
    open numeric not null,
    high numeric not null,
    low numeric not null,
    close numeric not null,
    volume numeric not null,
    primary key (symbol, interval_ms, open_time)
  )`.execute(db);

  await sql`create table data_sets (
    symbol text not null,
    interval_ms bigint not null,
    source_name text not null,
    rows integer not null,
    gaps jsonb not null default '[]',
    quarantined text,
    data_hash text not null,
    imported_at timestamptz not null,
    primary key (symbol, interval_ms)
  )`.execute(db);
}
