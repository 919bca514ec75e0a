/** The kill flag: one row that every send reads. While it is active no order leaves the desk. */
import type { Selectable } from 'kysely';
import { optionalMs, toInstant } from './instant.ts';
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

const killSwitchOf = (row: Selectable<Tables['kill_switch']>): KillSwitch => ({
  active: row.active,
  reason: row.reason,
  setBy: row.set_by,
  atMs: optionalMs(row.at),
});
