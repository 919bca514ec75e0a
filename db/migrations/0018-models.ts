/**
 * What models are asked and what it costs. `model_calls`: one row a request to a provider, written before it leaves and
 * completed after; `model_asks`: the outcome of a question, which a repeated activity is answered by. Bodies lie in
 * `model_payloads` under the sha256 of their bytes. Costs are whole micro-USD.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createCalls(db);
  await createBudgets(db);
  await createPrompts(db);
  await createCare(db);
  await createScores(db);
  await createAdvice(db);
}

async function createCalls(db: Kysely<unknown>): Promise<void> {
  await sql`create table model_payloads (
    ref text primary key,
    body text not null,
    stored_at timestamptz not null default now()
  )`.execute(db);

  await sql`create table model_asks (
    ask_key text primary key,
    outcome jsonb not null,
    answered_at timestamptz not null default now()
  )`.execute(db);

  await sql`create table model_calls (
    call_id text primary key,
    call_key text not null unique,
    ask_key text not null,
    step text not null,
    task text not null,
    contract text not null,
    session_id text,
    decision_id text,
    conversation_id text,
    prompt_id text not null,
    prompt_version integer not null,
    prompt_hash text not null,
    provider text not null,
    model text not null,
    tier text not null,
    base_url text,
    cached boolean not null default false,
    contaminated boolean not null default false,
    temperature_sent double precision,
    tokens_in bigint,
    tokens_out bigint,
    tokens_cached_read bigint,
    tokens_cached_write bigint,
    cost_micro_usd bigint not null default 0,
    reserved_micro_usd bigint not null default 0,
    latency_ms integer,
    outcome text not null,
    policy_verdict jsonb,
    problems jsonb not null default '[]',
    request_ref text references model_payloads (ref),
    response_ref text references model_payloads (ref),
    provider_request_id text,
    as_of timestamptz not null,
    requested_at timestamptz not null,
    answered_at timestamptz
  )`.execute(db);
  await sql`create index model_calls_ask on model_calls (ask_key, requested_at)`.execute(db);
  await sql`create index model_calls_model on model_calls (model, requested_at)`.execute(db);
  await sql`create index model_calls_decision on model_calls (decision_id) where decision_id is not null`.execute(db);
  await sql`create index model_calls_session on model_calls (session_id, requested_at)`.execute(db);
  await sql`create index model_calls_conversation on model_calls (conversation_id, requested_at)
    where conversation_id is not null`.execute(db);

  await sql`create table tool_calls (
    call_id text not null,
    position integer not null,
    tool text not null,
    arguments jsonb not null,
    as_of timestamptz not null,
    refused text,
    withheld jsonb not null default '[]',
    result_ref text references model_payloads (ref),
    at timestamptz not null,
    primary key (call_id, position)
  )`.execute(db);
}

async function createBudgets(db: Kysely<unknown>): Promise<void> {
  await sql`create table budgets (
    scope text not null check (scope in ('call', 'decision', 'session', 'day', 'month')),
    key text not null,
    limit_micro_usd bigint not null check (limit_micro_usd >= 0),
    reserved_micro_usd bigint not null default 0 check (reserved_micro_usd >= 0),
    spent_micro_usd bigint not null default 0 check (spent_micro_usd >= 0),
    primary key (scope, key)
  )`.execute(db);
  await sql`create table budget_reservations (
    call_id text primary key,
    scopes jsonb not null,
    amount_micro_usd bigint not null check (amount_micro_usd >= 0),
    state text not null check (state in ('reserved', 'settled')),
    spent_micro_usd bigint,
    reserved_at timestamptz not null,
    settled_at timestamptz
  )`.execute(db);
}

async function createPrompts(db: Kysely<unknown>): Promise<void> {
  await sql`create table prompts (
    prompt_id text not null,
    version integer not null,
    hash text not null,
    definition jsonb not null,
    registered_at timestamptz not null,
    primary key (prompt_id, version)
  )`.execute(db);
  await sql`create table prompt_experiments (
    experiment_id text primary key,
    prompt_id text not null,
    arms jsonb not null,
    active boolean not null,
    started_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create unique index prompt_experiments_active on prompt_experiments (prompt_id) where active`.execute(db);
}

async function createCare(db: Kysely<unknown>): Promise<void> {
  await sql`create table model_breakers (
    provider text not null,
    base_url text not null,
    failures integer not null,
    opened_at timestamptz,
    probed_at timestamptz,
    last_failure text,
    primary key (provider, base_url)
  )`.execute(db);
  await sql`create table response_cache (
    cache_key text not null,
    as_of timestamptz not null,
    outcome jsonb not null,
    stored_at timestamptz not null default now(),
    primary key (cache_key, as_of)
  )`.execute(db);
}

async function createScores(db: Kysely<unknown>): Promise<void> {
  await sql`create table model_scores (
    call_id text primary key,
    model text not null,
    prompt_id text not null,
    prompt_version integer not null,
    regime text,
    session_id text,
    trade_id text,
    confidence double precision not null check (confidence between 0 and 1),
    correct boolean not null,
    pnl_net numeric,
    shadow boolean not null default false,
    scored_at timestamptz not null
  )`.execute(db);
  await sql`create index model_scores_model on model_scores (model, scored_at)`.execute(db);
  await sql`create index model_scores_prompt on model_scores (prompt_id, prompt_version, scored_at)`.execute(db);
  await sql`create table model_demotions (
    kind text not null check (kind in ('model', 'prompt')),
    subject text not null,
    demoted_at timestamptz not null,
    until timestamptz not null,
    reason text not null,
    restored_at timestamptz,
    primary key (kind, subject, demoted_at)
  )`.execute(db);
}

async function createAdvice(db: Kysely<unknown>): Promise<void> {
  await sql`create table approvals (
    decision_id text primary key,
    order_hash text not null,
    state text not null check (state in ('pending', 'approved', 'denied', 'expired')),
    reason text,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    decided_at timestamptz,
    decided_by text
  )`.execute(db);
  await sql`create table advice_slots (
    session_id text not null references sessions (session_id),
    run integer not null,
    symbol text not null,
    as_of timestamptz not null,
    outcome jsonb not null,
    recorded_at timestamptz not null default now(),
    primary key (session_id, run, symbol, as_of)
  )`.execute(db);
}
