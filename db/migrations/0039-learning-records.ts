/**
 * What learning keeps beside the trades: where the regime changed as each session saw it, and each reviewed trade
 * as an agent would have lived it, step by step.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table regime_transitions (
    session_id text not null references sessions (session_id),
    run integer not null,
    symbol text not null,
    at timestamptz not null,
    bar_interval_ms bigint not null,
    from_regime text,
    to_regime text not null,
    from_volatility text,
    to_volatility text,
    confidence double precision not null,
    recorded_at timestamptz not null default now(),
    primary key (session_id, run, symbol, at)
  )`.execute(db);
  await sql`create index regime_transitions_market on regime_transitions (symbol, bar_interval_ms, at)`.execute(db);

  await sql`create table rl_experiences (
    trade_id text not null references trades (trade_id),
    agent text not null,
    step integer not null,
    strategy_id text not null,
    symbol text not null,
    bar_interval_ms bigint not null,
    at timestamptz not null,
    state real[] not null,
    action integer not null,
    reward double precision not null,
    terms jsonb not null,
    next_state real[] not null,
    recorded_at timestamptz not null default now(),
    primary key (trade_id, agent, step),
    check (cardinality(state) = cardinality(next_state))
  )`.execute(db);
  await sql`create index rl_experiences_market on rl_experiences (symbol, bar_interval_ms, at)`.execute(db);
}
