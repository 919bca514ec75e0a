/**
 * Sets the kill switch. The file comes first and needs nothing; then, side by side, the row in Postgres with the
 * paper book, and every venue. Whatever is down is told and keeps nothing else from happening.
 */
import type { Environment } from '../../../config/environment.ts';
import type { VenueName } from '../../../schemas/venue.ts';
import { newPhrase } from './confirmation.ts';
import { before } from './deadline.ts';
import { onDatabase, ROW_DOWN, type RowReport, setRow } from './kill-database.ts';
import { type KillFileWrite, killFileText, readKillFile, writeKillFile } from './kill-file.ts';
import { cancelPaper, PAPER_DOWN, type PaperReport } from './kill-paper.ts';
import { cancelEverything, type VenueReport, venuesToCancel } from './kill-venues.ts';

export type KillAsk = { readonly reason: string; readonly venue: VenueName | null; readonly setBy: string };
export type KillReport = KillAsk & {
  readonly ok: boolean;
  readonly atMs: number;
  readonly file: KillFileWrite;
  readonly database: RowReport;
  readonly venues: readonly VenueReport[];
  /** Null when only another venue was asked for. */
  readonly paper: PaperReport | null;
};
/** The file stands; what follows needs the settings. */
export type FileSet = KillAsk & { readonly home: string; readonly atMs: number; readonly file: KillFileWrite };

const CANCEL_MS_MAX = 20_000;
const DATABASE_MS_MAX = CANCEL_MS_MAX + 4_000;

/** Never throws: the one step that must not fail for a wrong setting. */
export function setFile(home: string, ask: KillAsk): FileSet {
  const atMs = Date.now();
  const text = killFileText(ask.reason, ask.setBy, atMs);
  const file = writeKillFile(home, text);
  try {
    newPhrase(home, { fileText: readKillFile(home).text, rowAtMs: atMs });
  } catch {
    // Without a phrase nothing can be cleared; --status makes a new one.
  }
  return { ...ask, home, atMs, file };
}

/** Row, paper book and venues. @returns a report that is `ok` when the switch stands and nothing is left open */
export async function setEverywhere(environment: Environment, set: FileSet): Promise<KillReport> {
  const times = { flagAtMs: set.atMs, deadlineMs: set.atMs + CANCEL_MS_MAX };
  const [{ database, paper }, venues] = await Promise.all([
    inDatabase(environment, set, times),
    atVenues(environment, set.venue, times),
  ]);
  const { reason, venue, setBy, atMs } = set;
  // A clear that ran at the same time may have taken the file: this set came later, so it stands.
  const gone = readKillFile(set.home).text === null;
  const file = gone ? writeKillFile(set.home, killFileText(reason, setBy, atMs)) : set.file;
  const isDone = venues.every((one) => one.done) && (paper === null || paper.done || !database.up);
  const isWhole = database.up ? database.set && database.audited : true;
  return { ok: file.present && isDone && isWhole, reason, venue, setBy, atMs, file, database, venues, paper };
}

type Times = { readonly flagAtMs: number; readonly deadlineMs: number };
type InDatabase = { readonly database: RowReport; readonly paper: PaperReport | null };

async function inDatabase(environment: Environment, set: FileSet, times: Times): Promise<InDatabase> {
  const wantsPaper = set.venue === null || set.venue === 'paper';
  let told: InDatabase = { database: ROW_DOWN, paper: wantsPaper ? PAPER_DOWN : null };
  const work = onDatabase(set.home, environment, async (db) => {
    const database = await setRow(db, set);
    told = { ...told, database };
    if (wantsPaper) told = { database, paper: await cancelPaper({ db, environment }, times, set.reason) };
  }).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    told = { ...told, database: { ...told.database, message } };
  });
  await before(set.atMs + DATABASE_MS_MAX, work, undefined);
  return told;
}

function atVenues(environment: Environment, only: VenueName | null, times: Times): Promise<VenueReport[]> {
  const venues = venuesToCancel(environment, only);
  if (only !== null && only !== 'paper' && venues.length === 0) return Promise.resolve([withoutKey(only)]);
  return Promise.all(venues.map((venue) => cancelEverything(venue, times)));
}

const KEY_NAMES = {
  'alpaca-paper': 'ALPACA_PAPER_KEY',
  'alpaca-live': 'ALPACA_LIVE_KEY',
  'ccxt-paper': 'CCXT_PAPER_KEY',
  'ccxt-live': 'CCXT_LIVE_KEY',
} as const;

const withoutKey = (venue: keyof typeof KEY_NAMES): VenueReport => ({
  ...{ venue, cancelled: 0, endedOtherwise: 0, left: null, failed: 0, done: false, attempts: 0, tookMs: 0 },
  message: `${KEY_NAMES[venue]} is not set: nothing was asked`,
});
