/**
 * The policy in force: one active version, read in the transaction of whoever asks. A row that is no policy (a key too
 * many or too few, a number that is none, a mode without profile) holds the desk at the tightest: see judge-row.ts.
 */
import { type Selectable, sql, type Transaction } from 'kysely';
import { profileOf } from '../domain/officers/policy/effective-profile.ts';
import { type JudgedPolicy, judgeRow } from '../domain/officers/policy/judge-row.ts';
import type { OperatingMode, Policy } from '../schemas/governance.ts';
import type { PolicySettings } from '../schemas/officers/policy-store.ts';
import { insertRows } from './insert-rows.ts';
import { optionalMs, toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

/** A version as it holds: `profile` is the effective one. `correlationId`: what the version came of. */
export type PolicyInForce = Policy &
  JudgedPolicy & {
    /** Since when the mode holds, and what its switch came of: ceilings and settings change neither. */
    readonly modeSinceMs: number;
    readonly modeCorrelationId: string | null;
    readonly setBy: string;
    readonly reason: string;
    readonly correlationId: string | null;
    readonly atMs: number;
  };

export type NewPolicy = {
  readonly mode: OperatingMode;
  readonly settings: PolicySettings;
  readonly setBy: string;
  readonly reason: string;
  readonly atMs: number;
};

/**
 * Sets the first policy when there is none yet; an active one stays as it is. Safe from several processes at once.
 * @returns the policy in force
 */
export async function seedPolicy(trx: Transaction<Tables>, policy: NewPolicy): Promise<Policy> {
  const found = await lockPolicy(trx);
  if (found !== undefined) return simplyOf(found);
  const { mode, settings, atMs } = policy;
  const profile = profileOf(settings.profiles, mode);
  const row = {
    version: 1,
    mode,
    profile,
    active: true,
    set_by: policy.setBy,
    reason: policy.reason,
    before: null,
    after: { mode, profile },
    at: toInstant(atMs),
    settings,
    stale_officers: [],
    mode_since: toInstant(atMs),
  };
  await insertRows(trx, 'policies', [row]);
  return { version: 1, mode, profile };
}

/** What an order is made under now, undefined before the first policy is set. */
export async function activePolicy(db: Database): Promise<Policy | undefined> {
  const found = await policyInForce(db);
  return found === undefined ? undefined : simplyOf(found);
}

/** The same with everything that is known of it. Where versions exist but none is active, the last one is faulty. */
export async function policyInForce(db: Database): Promise<PolicyInForce | undefined> {
  const query = db.selectFrom('policies').selectAll().orderBy('active', 'desc').orderBy('version', 'desc');
  const row = await query.limit(1).executeTakeFirst();
  return row === undefined ? undefined : policyOf(row);
}

/** The first version: simulated accounts trade under it, so that a backtest does not depend on the officers' mood. */
export async function firstPolicy(db: Database): Promise<Policy | undefined> {
  const row = await db.selectFrom('policies').selectAll().orderBy('version').limit(1).executeTakeFirst();
  return row === undefined ? undefined : simplyOf(policyOf({ ...row, active: true, ceilings: null }));
}

/** The newest settings that can be read: what a person's change starts from where the active version is faulty. */
export async function lastSettings(db: Database): Promise<PolicySettings | undefined> {
  const query = db.selectFrom('policies').selectAll().orderBy('version', 'desc').limit(VERSIONS_SEARCHED);
  const found = (await query.execute()).map(policyOf).find((one) => one.settings !== null);
  return found?.settings ?? undefined;
}

const VERSIONS_SEARCHED = 1_000;
const LOCK = sql`hashtext('quarterdeck policies')`;

/** Takes the sole right to change the policy until the transaction ends: before `appendAudit` and `appendEvents`. */
export async function lockPolicy(trx: Transaction<Tables>): Promise<PolicyInForce | undefined> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx);
  return policyInForce(trx);
}

/** Holds the policy as it is until the transaction ends: no intent is committed behind a switch that came before it. */
export async function holdPolicy(trx: Transaction<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${LOCK})`.execute(trx);
}

export const policyOf = (row: Selectable<Tables['policies']>): PolicyInForce => ({
  version: row.version,
  ...judgeRow({ ...row, stale: row.stale_officers }),
  modeSinceMs: optionalMs(row.mode_since) ?? row.at.getTime(),
  modeCorrelationId: row.mode_correlation_id,
  setBy: row.set_by,
  reason: row.reason,
  correlationId: row.correlation_id,
  atMs: row.at.getTime(),
});

const simplyOf = ({ version, mode, profile }: PolicyInForce): Policy => ({ version, mode, profile });
