/**
 * The half of the kill switch in Postgres: the row, its audit and its event. Every question has a short time limit,
 * because a server that hangs must not keep a person from stopping the desk. Without Postgres the file alone blocks.
 */
import type { Environment } from '../../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { type KillSwitch, noteKillSwitchSet, readKillSwitch, writeKillSwitch } from '../../../db/kill-switch.ts';
import type { Database } from '../../../db/tables.ts';
import { findDatabase } from '../desk.ts';
import { before } from './deadline.ts';

const FIND_MS_MAX = 4_000;
const STATEMENT_MS_MAX = 3_000;
const CLOSE_MS_MAX = 1_000;

export type RowReport = {
  readonly up: boolean;
  readonly set: boolean;
  readonly audited: boolean;
  readonly message: string | null;
};
export type RowStanding = { readonly up: boolean; readonly row: KillSwitch | null; readonly message: string | null };

const DOWN = 'Postgres is not up';
export const ROW_DOWN: RowReport = { up: false, set: false, audited: false, message: DOWN };

/** Runs `work` with the desk's database, or answers null when it is not up. */
export async function onDatabase<T>(
  home: string,
  environment: Environment,
  work: (db: Database) => Promise<T>,
): Promise<T | null> {
  const looking = findDatabase(home, environment).catch(() => null);
  const found = await before(Date.now() + FIND_MS_MAX, looking, null);
  if (found === null) return null;
  const options = { poolSize: 3, applicationName: 'quarterdeck kill', statementTimeoutMs: STATEMENT_MS_MAX };
  const db = openDatabase(found.databaseUrl, options);
  try {
    return await work(db);
  } finally {
    await before(Date.now() + CLOSE_MS_MAX, closeDatabase(db), undefined);
  }
}

type Change = { readonly reason: string; readonly setBy: string; readonly atMs: number; readonly venue: string | null };

/** Sets the row, then notes it; a note that fails leaves the row set. Never throws. */
export async function setRow(db: Database, change: Change): Promise<RowReport> {
  const { reason, setBy, atMs } = change;
  const isSet = await tried(writeKillSwitch(db, { active: true, reason, setBy, atMs }));
  if (isSet !== null) return { up: true, set: false, audited: false, message: `the row is not set: ${isSet}` };
  const isNoted = await tried(noteKillSwitchSet(db, change));
  const message = isNoted === null ? null : `the row is set, audit and event are missing: ${isNoted}`;
  return { up: true, set: true, audited: isNoted === null, message };
}

/** Never throws. */
export async function standingOfRow(home: string, environment: Environment): Promise<RowStanding> {
  try {
    const row = await onDatabase(home, environment, readRow);
    return row === null ? { up: false, row: null, message: DOWN } : { up: true, row, message: null };
  } catch (error) {
    return { up: false, row: null, message: messageOf(error) };
  }
}

/** @throws Error when it does not come in time */
export async function readRow(db: Database): Promise<KillSwitch> {
  const row = await before(Date.now() + STATEMENT_MS_MAX, readKillSwitch(db), null);
  if (row === null) throw new Error(`no answer in ${STATEMENT_MS_MAX} ms`);
  return row;
}

/** @returns null when done in time, else why not */
async function tried(work: Promise<void>): Promise<string | null> {
  const settled = work.then(() => null, messageOf);
  return before(Date.now() + 2 * STATEMENT_MS_MAX, settled, `no answer in ${2 * STATEMENT_MS_MAX} ms`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
