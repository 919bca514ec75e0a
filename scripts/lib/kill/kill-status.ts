/** What `npm run kill -- --status` tells: both halves of the switch, every venue, and the phrase that clears it. */
import type { Environment } from '../../../config/environment.ts';
import type { VenueName } from '../../../schemas/venue.ts';
import { phraseFor } from './confirmation.ts';
import { type RowStanding, standingOfRow } from './kill-database.ts';
import { readKillFile, reasonOf } from './kill-file.ts';
import { standingOf, type VenueStanding, venuesToCancel } from './kill-venues.ts';

export type KillStatus = {
  readonly ok: true;
  /** Either half blocks. */
  readonly active: boolean;
  readonly file: { readonly path: string; readonly present: boolean; readonly reason: string | null };
  readonly database: {
    readonly up: boolean;
    readonly active: boolean | null;
    readonly reason: string | null;
    readonly setBy: string | null;
    readonly atMs: number | null;
    readonly message: string | null;
  };
  readonly venues: readonly VenueStanding[];
  readonly phrase: string;
};

/** @throws Error when the phrase cannot be kept in the desk's home */
export async function killStatus(home: string, environment: Environment, only: VenueName | null): Promise<KillStatus> {
  const [standing, venues] = await Promise.all([
    standingOfRow(home, environment),
    Promise.all(venuesToCancel(environment, only).map(standingOf)),
  ]);
  const file = readKillFile(home);
  const seen = { fileText: file.text, rowAtMs: rowAtMs(standing) };
  const { row } = standing;
  return {
    ok: true,
    active: file.text !== null || row?.active === true,
    file: { path: file.path, present: file.text !== null, reason: reasonOf(file) },
    database: {
      up: standing.up,
      active: row?.active ?? null,
      reason: row?.reason ?? null,
      setBy: row?.setBy ?? null,
      atMs: row?.atMs ?? null,
      message: standing.message,
    },
    venues,
    phrase: phraseFor(home, seen),
  };
}

function rowAtMs({ row }: RowStanding): number | null | undefined {
  if (row === null) return undefined;
  return row.active ? (row.atMs ?? 0) : null;
}
