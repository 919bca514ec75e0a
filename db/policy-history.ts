/** Versions of the policy as they were set: who, when, why, before, after. */
import type { OperatingMode } from '../schemas/governance.ts';
import type { Database, JsonObject } from './tables.ts';

export type PolicyVersion = {
  readonly version: number;
  readonly active: boolean;
  readonly mode: OperatingMode;
  readonly setBy: string;
  readonly reason: string;
  readonly atMs: number;
  readonly before: JsonObject | null;
  readonly after: JsonObject;
  readonly correlationId: string | null;
};

/** The newest first. */
export async function policyHistory(db: Database, limit: number): Promise<PolicyVersion[]> {
  const rows = await db.selectFrom('policies').selectAll().orderBy('version', 'desc').limit(limit).execute();
  return rows.map((row) => ({
    version: row.version,
    active: row.active,
    mode: row.mode,
    setBy: row.set_by,
    reason: row.reason,
    atMs: row.at.getTime(),
    before: row.before,
    after: row.after,
    correlationId: row.correlation_id,
  }));
}
