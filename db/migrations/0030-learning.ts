/**
 * What the online learner knows: each reviewed trade with the patterns it belongs to, once; how each strategy stands;
 * how far its markets have been looked at for drift, and each drift with the search that it starts.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createOutcomes(db);
  await sql`create table strategy_monitors (
    strategy_id text primary key,
    trades integer not null,
    health text not null check (health in ('healthy', 'degraded', 'unknown')),
    reasons jsonb not null,
    win_rate double precision,
    average_return double precision,
    losses_in_a_row integer not null,
    cusum jsonb,
    false_alarms jsonb not null,
    at timestamptz not null
  )`.execute(db);
  await sql`create table drift_checks (
    strategy_id text not null,
    symbol text not null,
    bar_interval_ms bigint not null,
    checked_until timestamptz not null,
    primary key (strategy_id, symbol, bar_interval_ms)
  )`.execute(db);
  await sql`create table drifts (
    drift_id text primary key,
    strategy_id text not null,
    symbol text not null,
    bar_interval_ms bigint not null,
    features jsonb not null,
    seen_until timestamptz not null,
    search jsonb,
    search_started_at timestamptz,
    at timestamptz not null
  )`.execute(db);
  await sql`create index drifts_to_search on drifts (at) where search is not null and search_started_at is null`.execute(
    db,
  );
}

/** A trade that a venue takes back leaves the patterns by itself. */
async function createOutcomes(db: Kysely<unknown>): Promise<void> {
  await sql`create table pattern_outcomes (
    trade_id text primary key references trades (trade_id),
    strategy_id text not null,
    patterns text[] not null,
    won boolean not null,
    return_fraction double precision not null,
    closed_at timestamptz not null
  )`.execute(db);
  await sql`create index pattern_outcomes_strategy on pattern_outcomes (strategy_id, closed_at)`.execute(db);
  await sql`create view patterns as
    select o.strategy_id, pattern, count(*)::int as trades, (count(*) filter (where o.won))::int as wins,
      avg(o.return_fraction) as average_return
    from pattern_outcomes o join trades t using (trade_id) cross join unnest(o.patterns) as pattern
    where t.busted_at is null group by o.strategy_id, pattern`.execute(db);
}
