/**
 * Strategies, sessions, what they decided and why an order was refused.
 * A session keeps its row through runs under the same workflow id: `run_count` and `epoch` grow, sequences go on.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createStrategies(db);
  await createSessions(db);
  await createDecisions(db);
}

async function createStrategies(db: Kysely<unknown>): Promise<void> {
  await sql`create table strategies (
    strategy_id text primary key,
    type text not null,
    definition jsonb not null,
    promoted boolean not null default false,
    health text not null default 'unknown'
  )`.execute(db);
}

async function createSessions(db: Kysely<unknown>): Promise<void> {
  await sql`create table sessions (
    session_id text primary key,
    workflow_id text not null,
    open_key text not null,
    account_id text not null references accounts (account_id),
    strategy_id text not null,
    strategy jsonb not null,
    trading_mode text not null check (trading_mode in ('paper', 'live', 'analysis', 'backtest')),
    state text not null check (state in ('open', 'closed')),
    input jsonb not null,
    run_count integer not null,
    first_sequence bigint not null,
    checkpoint jsonb not null,
    report jsonb,
    data_hash text,
    data_ends_at_ms bigint not null,
    epoch integer not null,
    opened_at timestamptz not null,
    closed_at timestamptz
  )`.execute(db);
  await sql`create index sessions_workflow on sessions (workflow_id)`.execute(db);
  await sql`create unique index sessions_one_open on sessions (account_id, strategy_id)
    where state = 'open' and trading_mode in ('paper', 'live')`.execute(db);

  await sql`create table session_equity (
    session_id text not null references sessions (session_id),
    run integer not null,
    from_index integer not null,
    at_ms bigint[] not null,
    equity numeric[] not null,
    primary key (session_id, run, from_index),
    check (cardinality(at_ms) = cardinality(equity))
  )`.execute(db);
}

async function createDecisions(db: Kysely<unknown>): Promise<void> {
  await sql`create table decisions (
    decision_id text primary key,
    account_id text not null,
    session_id text,
    run integer not null,
    sequence bigint not null,
    symbol text not null,
    as_of timestamptz not null,
    action text not null check (action in ('buy', 'sell', 'hold')),
    target_fraction double precision not null,
    confidence double precision not null,
    size_fraction double precision not null,
    stop_price numeric,
    target_price numeric,
    coverage double precision not null,
    agreement double precision not null,
    contributions jsonb not null,
    inputs jsonb not null,
    no_decision text,
    approved boolean,
    policy_version bigint not null,
    order_hash text,
    correlation_id text,
    recorded_at timestamptz not null default now(),
    unique (session_id, sequence),
    unique (session_id, run, symbol, as_of)
  )`.execute(db);

  await sql`create table gate_refusals (
    decision_id text not null,
    stage text not null,
    rule text not null,
    message text not null,
    position integer not null,
    primary key (decision_id, stage, position)
  )`.execute(db);
}
