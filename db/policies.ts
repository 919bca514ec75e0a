/** The policy store: versioned rows of who set what, when and why. Exactly one version is active. */
import { type Selectable, sql, type Transaction } from 'kysely';
import type { ModeProfile, OperatingMode, Policy } from '../schemas/governance.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

export type NewPolicy = {
  readonly mode: OperatingMode;
  readonly profile: ModeProfile;
  readonly setBy: string;
  readonly reason: string;
  readonly atMs: number;
};

/**
 * Sets the first policy when there is none yet; an active one stays as it is. Safe from several processes at once.
 * @returns the active policy
 */
export async function seedPolicy(trx: Transaction<Tables>, policy: NewPolicy): Promise<Policy> {
  await sql`select pg_advisory_xact_lock(hashtext('quarterdeck policies'))`.execute(trx);
  const found = await activePolicy(trx);
  if (found !== undefined) return found;
  const version = await nextVersion(trx);
  const { mode, profile } = policy;
  const row = {
    version,
    mode,
    profile,
    active: true,
    set_by: policy.setBy,
    reason: policy.reason,
    before: null,
    after: { mode, profile },
    at: toInstant(policy.atMs),
  };
  await insertRows(trx, 'policies', [row]);
  return { version, mode, profile };
}

/** The policy in force, undefined before the first one is set. */
export async function activePolicy(db: Database): Promise<Policy | undefined> {
  const row = await db.selectFrom('policies').selectAll().where('active', '=', true).executeTakeFirst();
  return row === undefined ? undefined : policyOf(row);
}

async function nextVersion(trx: Database): Promise<number> {
  const row = await trx
    .selectFrom('policies')
    .select((eb) => eb.fn.max('version').as('last'))
    .executeTakeFirst();
  return (row?.last ?? 0) + 1;
}

const policyOf = (row: Selectable<Tables['policies']>): Policy => ({
  version: row.version,
  mode: row.mode,
  profile: row.profile,
});
