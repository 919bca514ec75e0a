/**
 * Clears the kill switch: a person who has read `--status` and types its phrase. Row, audit and event go in one
 * transaction, the file last, so that a failure in between leaves the desk blocked.
 */
import type { Environment } from '../../../config/environment.ts';
import { clearKillSwitch } from '../../../db/kill-switch.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { deskDown, messageOf } from '../desk-problem.ts';
import { isTooSlow, postgresSlow, unusableDatabase } from '../postgres-problem.ts';
import { forgetPhrase, isConfirmed } from './confirmation.ts';
import { onDatabase, readRow } from './kill-database.ts';
import { readKillFile, reasonOf, removeKillFile } from './kill-file.ts';

export type ClearReport = {
  readonly ok: true;
  readonly cleared: { readonly file: boolean; readonly row: boolean };
  readonly clearedBy: string;
  readonly atMs: number;
};

const REFUSED = 4;

/**
 * @throws InvalidInput: exit code 3 POSTGRES_DOWN, POSTGRES_SLOW; 4 CONFIRMATION_WRONG, KILL_SWITCH_CHANGED. The desk
 * stays blocked then
 */
export async function clearKill(
  home: string,
  environment: Environment,
  phrase: string,
  clearedBy: string,
): Promise<ClearReport> {
  const file = readKillFile(home);
  if (!isConfirmed(home, phrase, { fileText: file.text, rowAtMs: undefined })) throw wrongPhrase(phrase);
  const cleared = await onDatabase(home, environment, async (db) => {
    const row = await readRow(db);
    const rowAtMs = row.active ? (row.atMs ?? 0) : null;
    if (!isConfirmed(home, phrase, { fileText: file.text, rowAtMs })) throw wrongPhrase(phrase);
    const atMs = Date.now();
    const reason = reasonOf(file) ?? row.reason ?? 'nothing was set';
    const isCleared = await clearKillSwitch(db, row.atMs, { reason, setBy: clearedBy, atMs });
    if (!isCleared || readKillFile(home).text !== file.text) throw changedMeanwhile();
    removeKillFile(home);
    return { ok: true, cleared: { file: file.text !== null, row: row.active }, clearedBy, atMs } as const;
  }).catch((error: unknown) => {
    if (error instanceof InvalidInput) throw error;
    throw isTooSlow(error) ? postgresSlow(home, error, SLOW_HINT) : postgresDown(home, messageOf(error));
  });
  if (cleared === null) throw await unusableDatabase(home, environment, home, DOWN_HINT);
  forgetPhrase(home);
  return cleared;
}

const wrongPhrase = (typed: string): InvalidInput =>
  new InvalidInput(
    [
      problem(
        'CONFIRMATION_WRONG',
        '--confirm',
        typed,
        'the phrase of the switch as it is set now',
        'read npm run kill -- --status again: each set has a phrase of its own',
      ),
    ],
    REFUSED,
  );

const changedMeanwhile = (): InvalidInput =>
  new InvalidInput(
    [problem('KILL_SWITCH_CHANGED', 'kill_switch', 'set again just now', 'the switch that --status showed')],
    REFUSED,
  );

const DOWN_HINT = 'npm start -- --once; nothing was cleared';
const SLOW_HINT = 'the server is up but busy, or something holds a lock: try again; nothing was cleared';

const postgresDown = (home: string, got: string): InvalidInput =>
  deskDown('POSTGRES_DOWN', home, got, 'Postgres, to note who cleared it', DOWN_HINT);
