/**
 * Bars that a vendor sends while they come to be: stored once, as they were first seen. A bar that comes again with
 * other values is written down beside it and changes nothing; what must not be traded on quarantines its data set.
 */
import type { Transaction } from 'kysely';
import { sha256Hex } from '../domain/canonical-json.ts';
import { dataHash, rowOfBar, seriesFromRows } from '../domain/market/bar-series.ts';
import { mixtureOf, originsWith } from '../domain/market/data-origins.ts';
import type { BarRevision } from '../domain/market/live-bars.ts';
import { findReportableGaps } from '../domain/market/reportable-gaps.ts';
import type { Bar } from '../schemas/market.ts';
import { InvalidInput } from '../schemas/problem.ts';
import { lockDataSet } from './bar-fetches.ts';
import { insertBars, readBars, readExactBars } from './bars.ts';
import { type DataSet, readDataSet, saveDataSet } from './data-sets.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database, Tables } from './tables.ts';

/** What a look at a vendor brought of one symbol, judged. */
export type LiveArrival = {
  readonly symbol: string;
  readonly intervalMs: number;
  /** The vendor's name. */
  readonly sourceName: string;
  readonly accepted: readonly Bar[];
  readonly revisions: readonly BarRevision[];
  /** Why the symbol is not to be traded on, or null. */
  readonly quarantine: string | null;
  readonly nowMs: number;
};

export type LiveBarStore = ReturnType<typeof createLiveBarStore>;

export const createLiveBarStore = (db: Database) => ({
  /** Stored bars from an open time on, oldest first. */
  known: (symbol: string, intervalMs: number, fromMs: number): Promise<Bar[]> =>
    readExactBars(db, symbol, intervalMs, fromMs, null),
  /** Stores what is new; doing it again changes nothing. @throws InvalidInput DATA_MIXED beside bars of others */
  keep: (arrival: LiveArrival): Promise<void> => inTransaction(db, (trx) => keep(trx, arrival)),
});

async function keep(trx: Transaction<Tables>, arrival: LiveArrival): Promise<void> {
  const { symbol, intervalMs, sourceName } = arrival;
  await lockDataSet(trx, arrival);
  const before = await readDataSet(trx, symbol, intervalMs);
  const mixture = mixtureOf(before, sourceName);
  if (mixture !== null) throw new InvalidInput([mixture]);
  await noteRevisions(trx, arrival);
  const added = await newBars(trx, arrival);
  await insertBars(trx, symbol, intervalMs, added);
  const quarantined = before?.quarantined ?? arrival.quarantine;
  if (added.length === 0 && quarantined === (before?.quarantined ?? null)) return;
  await saveDataSet(trx, { ...(await grown(trx, before, arrival, added)), quarantined });
}

/** Each other version once, however often it is told. */
async function noteRevisions(trx: Database, arrival: LiveArrival): Promise<void> {
  const rows = arrival.revisions.map(({ before, after }) => ({
    symbol: arrival.symbol,
    interval_ms: arrival.intervalMs,
    open_time: toInstant(before.openTimeMs),
    source_name: arrival.sourceName,
    before,
    after,
    applied: false,
    told_at: toInstant(arrival.nowMs),
  }));
  await insertRows(trx, 'bar_revisions', rows, { onConflict: 'nothing' });
}

/** Of what was accepted, the bars that nobody has stored meanwhile. */
async function newBars(trx: Database, { symbol, intervalMs, accepted }: LiveArrival): Promise<Bar[]> {
  const [first, last] = [accepted[0], accepted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const stored = await readExactBars(trx, symbol, intervalMs, first.openTimeMs, last.openTimeMs + 1);
  const stamps = new Set(stored.map((bar) => bar.openTimeMs));
  return accepted.filter((bar) => !stamps.has(bar.openTimeMs));
}

/** The data set with the added bars: told from all of its bars where they fill it up, by what is new where it grows. */
async function grown(
  trx: Database,
  before: DataSet | undefined,
  { symbol, intervalMs, sourceName, nowMs }: LiveArrival,
  added: readonly Bar[],
): Promise<DataSet> {
  const origins = originsWith(before?.origins ?? [], sourceName);
  const base = { symbol, intervalMs, sourceName: before?.sourceName ?? sourceName, origins, quarantined: null };
  if (before === undefined || !(await growsAtTheEnd(trx, symbol, intervalMs, added))) {
    const series = await readBars(trx, symbol, intervalMs, null, null);
    const hash = dataHash(series);
    const gaps = findReportableGaps(series);
    return { ...base, rowCount: series.openTimeMs.length, gaps, dataHash: hash, importedAtMs: nowMs };
  }
  return {
    ...base,
    rowCount: before.rowCount + added.length,
    gaps: before.gaps,
    dataHash: sha256Hex(`${before.dataHash}\n${dataHash(seriesFromRows(symbol, intervalMs, added.map(rowOfBar)))}`),
    importedAtMs: nowMs,
  };
}

/** Each of the added bars follows the one before it without a gap, the first of them the last stored one. */
async function growsAtTheEnd(
  trx: Database,
  symbol: string,
  intervalMs: number,
  added: readonly Bar[],
): Promise<boolean> {
  const [first, last] = [added[0], added.at(-1)];
  if (first === undefined || last === undefined) return false;
  if (last.openTimeMs - first.openTimeMs !== (added.length - 1) * intervalMs) return false;
  const tail = await readExactBars(trx, symbol, intervalMs, first.openTimeMs - intervalMs, null);
  return tail.length === added.length + 1;
}
