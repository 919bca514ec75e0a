/**
 * Books: accounts, the double-entry ledger, and the counters behind gapless sequences.
 * Money is `numeric` without a scale, so any decimal string comes back as it went in. Instants are UTC.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table counters (
    name text primary key,
    value bigint not null
  )`.execute(db);
  await sql`insert into counters (name, value) values ('events', 0), ('audit', 0)`.execute(db);

  await sql`create table accounts (
    account_id text primary key,
    venue text not null,
    currency text not null,
    cash numeric not null check (cash < 'Infinity'),
    equity numeric not null check (equity < 'Infinity'),
    starting_cash numeric not null check (starting_cash < 'Infinity'),
    trading_mode text not null check (trading_mode in ('paper', 'live', 'analysis', 'backtest')),
    risk_state jsonb not null default '{}',
    funding_done_ms bigint,
    epoch integer not null default 0,
    created_at timestamptz not null default now()
  )`.execute(db);

  await sql`create table ledger_entries (
    posting_id text not null,
    entry_id text primary key,
    account_id text not null,
    book text not null,
    kind text not null,
    amount numeric not null check (amount < 'Infinity'),
    currency text not null,
    client_order_id text,
    trade_id text,
    at timestamptz not null
  )`.execute(db);
  await sql`create index ledger_entries_account on ledger_entries (account_id, at)`.execute(db);
  await refuseUnbalancedPostings(db);
}

/** All entries of a posting arrive in one statement, so one look per statement is enough. */
async function refuseUnbalancedPostings(db: Kysely<unknown>): Promise<void> {
  await sql`create function refuse_unbalanced_postings() returns trigger language plpgsql as $body$
    declare
      unbalanced text;
    begin
      select posting_id into unbalanced from added group by posting_id, currency having sum(amount) <> 0 limit 1;
      if found then
        raise exception 'posting % does not sum to zero', unbalanced using errcode = 'check_violation';
      end if;
      return null;
    end
  $body$`.execute(db);
  await sql`create trigger postings_balance after insert on ledger_entries
    referencing new table as added for each statement execute function refuse_unbalanced_postings()`.execute(db);
}
