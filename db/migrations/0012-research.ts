/**
 * Runs of research and what they leave: every trial that was evaluated, the genomes of each generation with their
 * parents, what a generation came to, the best parameters by symbol and regime, backtests that were run by workflow.
 * Rows are written once under (run, number), so that a batch which is done again finds them.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createRuns(db);
  await createTrials(db);
  await createEvolution(db);
  await createResults(db);
}

async function createRuns(db: Kysely<unknown>): Promise<void> {
  await sql`create table research_runs (
    run_id text primary key,
    workflow_id text not null,
    open_key text not null unique,
    kind text not null check (kind in ('evolution', 'search', 'backtest')),
    input jsonb not null,
    state text not null check (state in ('running', 'done', 'stopped', 'cancelled', 'failed')),
    data jsonb not null,
    data_hash text not null,
    split jsonb,
    code_version text not null,
    result jsonb,
    started_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create index research_runs_workflow on research_runs (workflow_id)`.execute(db);
}

async function createTrials(db: Kysely<unknown>): Promise<void> {
  await sql`create table trials (
    run_id text not null references research_runs (run_id),
    trial integer not null,
    candidate_id text not null,
    params jsonb not null,
    state text not null check (state in ('complete', 'failed')),
    fitness double precision,
    sharpe double precision,
    figures jsonb,
    error text,
    evaluated_at timestamptz not null default now(),
    primary key (run_id, trial)
  )`.execute(db);
  await sql`create index trials_candidate on trials (run_id, candidate_id)`.execute(db);
}

async function createEvolution(db: Kysely<unknown>): Promise<void> {
  await sql`create table genomes (
    run_id text not null references research_runs (run_id),
    generation integer not null,
    position integer not null,
    genome_id text not null,
    parents text[] not null,
    genes jsonb not null,
    trial integer not null,
    fitness double precision,
    primary key (run_id, generation, position)
  )`.execute(db);
  await sql`create index genomes_trial on genomes (run_id, trial)`.execute(db);

  await sql`create table generations (
    run_id text not null references research_runs (run_id),
    generation integer not null,
    best_fitness double precision,
    median_fitness double precision,
    species_share double precision not null,
    trials integer not null,
    failed_trials integer not null,
    lineage_hash text not null,
    hall jsonb not null,
    primary key (run_id, generation)
  )`.execute(db);
}

async function createResults(db: Kysely<unknown>): Promise<void> {
  await sql`create table optimization_results (
    run_id text primary key references research_runs (run_id),
    symbol text not null,
    bar_interval_ms bigint not null,
    strategy_type text not null,
    regime text not null,
    parameters jsonb not null,
    fitness double precision not null,
    sharpe double precision not null,
    observations integer not null,
    skewness double precision not null,
    kurtosis double precision not null,
    trials integer not null,
    sharpe_variance double precision not null,
    deflated_sharpe double precision,
    trade_count integer not null,
    regime_trade_count integer not null,
    shrunk_to text,
    data_hash text not null,
    code_version text not null,
    decided_at timestamptz not null
  )`.execute(db);
  await sql`create index optimization_results_best
    on optimization_results (symbol, bar_interval_ms, strategy_type, regime, decided_at desc)`.execute(db);

  await sql`create table backtests (
    run_id text primary key references research_runs (run_id),
    report jsonb not null,
    trades jsonb not null,
    fills jsonb not null,
    closed_at_ms bytea not null,
    equity bytea not null
  )`.execute(db);

  await sql`alter table strategies
    add column symbol text,
    add column bar_interval_ms bigint,
    add column run_id text references research_runs (run_id),
    add column decided_at timestamptz`.execute(db);
  await sql`create index strategies_promoted on strategies (symbol, bar_interval_ms, decided_at desc) where promoted`.execute(
    db,
  );
}
