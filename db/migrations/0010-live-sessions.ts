/**
 * Sessions that follow a live market. `session_bars`: the bars as the session saw them, by instant; written once, so
 * that a bar which the vendor revises, sends late or which is imported anew changes no decision that was made.
 * `session_feeds`: since when a feed has been silent or has sent what cannot be used.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table session_bars (
    session_id text not null,
    run integer not null,
    instant integer not null,
    symbol text not null,
    open_time timestamptz not null,
    open numeric not null,
    high numeric not null,
    low numeric not null,
    close numeric not null,
    volume numeric not null,
    is_past boolean not null,
    received_at timestamptz not null,
    primary key (session_id, run, instant, symbol),
    unique (session_id, run, symbol, open_time)
  )`.execute(db);

  await sql`create table session_feeds (
    session_id text not null,
    run integer not null,
    symbol text not null,
    stale_since timestamptz,
    refused_since timestamptz,
    reason text,
    primary key (session_id, run, symbol)
  )`.execute(db);
}
