/** The kill flag: one row that every send reads. While it is active only orders that reduce leave the desk. */
import { type Selectable, sql } from 'kysely';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { optionalMs, toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database, Tables } from './tables.ts';

export type KillSwitch = {
  readonly active: boolean;
  readonly reason: string | null;
  readonly setBy: string | null;
  /** When it was last set or cleared, null if never. */
  readonly atMs: number | null;
};

/** Fails closed: without the row the answer is an error, never "not active". @throws Error when the row is missing */
export async function readKillSwitch(db: Database): Promise<KillSwitch> {
  return killSwitchOf(await db.selectFrom('kill_switch').selectAll().executeTakeFirstOrThrow());
}

/** Sets or clears the flag. @throws Error when the row is missing */
export async function writeKillSwitch(
  db: Database,
  change: { readonly active: boolean; readonly reason: string; readonly setBy: string; readonly atMs: number },
): Promise<void> {
  const { active, reason, setBy, atMs } = change;
  const result = await db
    .updateTable('kill_switch')
    .set({ active, reason, set_by: setBy, at: toInstant(atMs) })
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Error('the row of the kill switch is missing');
}

export type KillSwitchChange = { readonly reason: string; readonly setBy: string; readonly atMs: number };

/** Notes in audit and events that it was set. Apart from the flag, which must not wait for the chain. */
export async function noteKillSwitchSet(
  db: Database,
  change: KillSwitchChange & { readonly venue: string | null },
): Promise<void> {
  const { reason, setBy, atMs, venue } = change;
  const body = { reason, setBy, venue };
  await inTransaction(db, async (trx) => {
    await appendAudit(trx, [{ kind: 'kill_switch_set', body, atMs }]);
    await appendEvents(trx, [{ type: 'kill_switch_set', payload: body, correlationId: null, atMs }]);
  });
}

/**
 * Clears the flag as it was seen, with audit and event, or nothing. `seenAtMs`: when the flag that is meant was set.
 * @returns false, and nothing is cleared, when somebody has changed it since
 */
export function clearKillSwitch(
  db: Database,
  seenAtMs: number | null,
  { reason, setBy, atMs }: KillSwitchChange,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const seen = seenAtMs === null ? null : toInstant(seenAtMs);
    const result = await trx
      .updateTable('kill_switch')
      .set({ active: false, reason: null, set_by: setBy, at: toInstant(atMs) })
      .where(sql<boolean>`date_trunc('milliseconds', at) is not distinct from ${seen}::timestamptz`)
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) return false;
    const body = { reason, clearedBy: setBy };
    await appendAudit(trx, [{ kind: 'kill_switch_cleared', body, atMs }]);
    await appendEvents(trx, [{ type: 'kill_switch_cleared', payload: body, correlationId: null, atMs }]);
    return true;
  });
}

const killSwitchOf = (row: Selectable<Tables['kill_switch']>): KillSwitch => ({
  active: row.active,
  reason: row.reason,
  setBy: row.set_by,
  atMs: optionalMs(row.at),
});
