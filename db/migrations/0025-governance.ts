/**
 * The policy store in full: settings of every version, the Risk Officer's ceilings, since when and why the mode holds;
 * the version that an intent or a refusal was made under; what the officers remember, and their cycles.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await extendPolicies(db);
  await sql`alter table gate_refusals add column policy_version bigint, add column correlation_id text`.execute(db);
  await sql`alter table order_intents add column policy_version bigint`.execute(db);
  await createOfficers(db);
}

async function extendPolicies(db: Kysely<unknown>): Promise<void> {
  await sql`alter table policies add column settings jsonb, add column ceilings jsonb,
    add column stale_officers jsonb, add column mode_since timestamptz, add column mode_correlation_id text,
    add column correlation_id text`.execute(db);
  // Versions from before had a profile of their mode only; the rest is what a new desk starts with.
  await sql`update policies set mode_since = at, stale_officers = '[]',
    settings = jsonb_set(${JSON.stringify(FIRST_SETTINGS)}::jsonb, array['profiles', mode], profile)`.execute(db);
}

async function createOfficers(db: Kysely<unknown>): Promise<void> {
  await sql`create table officer_cycles (
    officer text not null,
    slot_ms bigint not null,
    state text not null check (state in ('done', 'missed')),
    took_ms integer,
    input_ages jsonb,
    correlation_id text,
    at timestamptz not null,
    primary key (officer, slot_ms)
  )`.execute(db);
  await sql`create table officer_memory (
    officer text primary key,
    memory jsonb not null,
    at timestamptz not null
  )`.execute(db);
  await sql`create table var_backtests (
    day date not null,
    method text not null,
    level double precision not null,
    observations integer not null,
    exceptions integer not null,
    kupiec_p double precision,
    independence_p double precision,
    coverage_p double precision,
    zone text,
    at timestamptz not null,
    primary key (day, method, level)
  )`.execute(db);
  await sql`create table strategy_health (
    strategy_id text primary key,
    disabled boolean not null,
    reason text not null,
    set_by text not null,
    correlation_id text,
    at timestamptz not null
  )`.execute(db);
}

const profile = (
  positionFractionMax: number,
  positionsMax: number,
  leverageMax: number,
  confidenceMin: number | null,
) => ({
  positionFractionMax,
  positionsMax,
  leverageMax,
  confidenceMin,
  newEntries: confidenceMin !== null,
});

/** As they were when this migration was written: it never changes. */
const FIRST_SETTINGS = {
  profiles: {
    expansion: profile(0.1, 10, 10, 0.6),
    growth: profile(0.1, 10, 5, 0.6),
    stability: profile(0.08, 8, 3, 0.6),
    defensive: profile(0.04, 4, 1, 0.75),
    emergency: profile(0, 0, 1, null),
  },
  officers: {
    enableAiCeo: true,
    enableAiRiskOfficer: true,
    enableAiStrategyOfficer: true,
    aiCeoDecisionIntervalMs: 30_000,
    aiRiskOfficerAssessmentIntervalMs: 30_000,
    aiStrategyOfficerAnalysisIntervalMs: 60_000,
    federationUpdateIntervalMs: 15_000,
    cooldownMs: 900_000,
  },
  ceo: {
    emergencyDrawdownFraction: 0.08,
    emergencyScore: 85,
    defensiveDrawdownFraction: 0.04,
    defensiveScore: 70,
    stabilityDrawdownFraction: 0.03,
    stabilityScore: 55,
    growthScore: 40,
    expansionWinRateMin: 0.52,
    expansionClosedTradesMin: 20,
    clearScore: 5,
    clearDrawdownFraction: 0.005,
    clearEvaluations: 3,
  },
};
