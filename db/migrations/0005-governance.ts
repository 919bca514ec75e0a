/**
 * Policies, the events table, the hash-chained audit and the kill switch.
 * Events and audit are numbered by a row of `counters` that the writing transaction holds: no gaps, commit order.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table policies (
    version bigint primary key,
    mode text not null,
    profile jsonb not null,
    active boolean not null,
    set_by text not null,
    reason text not null,
    before jsonb,
    after jsonb not null,
    at timestamptz not null
  )`.execute(db);
  await sql`create unique index policies_one_active on policies (active) where active`.execute(db);

  await sql`create table events (
    sequence bigint primary key,
    type text not null,
    payload jsonb not null,
    correlation_id text,
    at timestamptz not null
  )`.execute(db);

  await sql`create table audit (
    sequence bigint primary key,
    hash text not null,
    previous_hash text not null,
    kind text not null,
    body jsonb not null,
    at timestamptz not null
  )`.execute(db);

  await sql`create table kill_switch (
    single boolean primary key default true check (single),
    active boolean not null,
    reason text,
    set_by text,
    at timestamptz
  )`.execute(db);
  await sql`insert into kill_switch (active) values (false)`.execute(db);
}
