/**
 * Bars that are fetched from vendors. A fetch gathers its pages in `fetched_bars` and moves them into `bars` when it
 * has all, so it can be broken off and taken up again, and nobody reads half of one. `bar_fetches`: what was asked of
 * whom, and how far it is. `bar_revisions`: other values for a stored bar, told later; written once.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table bar_fetches (
    fetch_id bigint generated always as identity primary key,
    source_name text not null,
    symbol text not null,
    interval_ms bigint not null,
    from_time timestamptz not null,
    to_time timestamptz not null,
    fetched_until timestamptz not null,
    touched_at timestamptz not null default now(),
    finished_at timestamptz
  )`.execute(db);
  await sql`create index bar_fetches_set on bar_fetches (symbol, interval_ms, source_name)`.execute(db);

  await sql`create table fetched_bars (
    fetch_id bigint not null references bar_fetches (fetch_id) on delete cascade,
    open_time timestamptz not null,
    open numeric not null,
    high numeric not null,
    low numeric not null,
    close numeric not null,
    volume numeric not null,
    primary key (fetch_id, open_time)
  )`.execute(db);

  await sql`create table bar_revisions (
    symbol text not null,
    interval_ms bigint not null,
    open_time timestamptz not null,
    source_name text not null,
    before jsonb not null,
    after jsonb not null,
    applied boolean not null,
    told_at timestamptz not null,
    primary key (symbol, interval_ms, open_time, source_name, before, after, applied)
  )`.execute(db);
}
