/**
 * The end of a fetch: what was gathered becomes stored bars in one transaction, and the data set
 * is described anew. A stored bar for which the vendor has other values is a revision: written
 * down, and applied only where that is asked for.
 */
import { sql } from 'kysely';
import { isoText } from '../domain/market/bar-problems.ts';
import { type BarSeries, dataHash } from '../domain/market/bar-series.ts';
import { mixtureOf, originsWith } from '../domain/market/data-origins.ts';
import { findJumps } from '../domain/market/jumps.ts';
import { findReportableGaps } from '../domain/market/reportable-gaps.ts';
import { intervalText } from '../schemas/interval.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { busy, lockDataSet, type OpenFetch } from './bar-fetches.ts';
import { deleteBars, readBars } from './bars.ts';
import { type DataSet, readDataSet, saveDataSet } from './data-sets.ts';
import { optionalMs, toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

export type FinishOptions = {
  /** Revisions overwrite stored bars, and a data set that must not be mixed with this one is removed first. */
  readonly replace: boolean;
  /** Jumps of over 50 % are real: do not quarantine. */
  readonly acceptJumps: boolean;
  /** Bars are there up to this open time, whether the vendor had any or not. */
  readonly coveredToMs: number;
  readonly nowMs: number;
};
export type FinishedFetch = {
  readonly fetched: number;
  readonly inserted: number;
  /** Stored bars that differed; all were overwritten or none. */
  readonly revised: number;
  readonly same: number;
  /** First and last open time of what was fetched, epoch ms. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly dataSet: DataSet;
};

/** @throws InvalidInput DATA_EMPTY when nothing came and nothing is stored, DATA_MIXED; FetchBusy */
export const finishFetch = (db: Database, fetch: OpenFetch, options: FinishOptions): Promise<FinishedFetch> =>
  inTransaction(db, async (trx) => {
    await lockDataSet(trx, fetch);
    const before = await readDataSet(trx, fetch.symbol, fetch.intervalMs);
    const mixture = mixtureOf(before, fetch.sourceName);
    if (mixture !== null && !options.replace) throw new InvalidInput([mixture]);
    if (mixture !== null) await deleteBars(trx, fetch.symbol, fetch.intervalMs, fetch.fetchId);
    const came = await gathered(trx, fetch);
    if (came.fetched === 0 && before === undefined) throw nothingCame(fetch);
    const revised = await recordRevisions(trx, fetch, options);
    const inserted = await moveBars(trx, fetch, options.replace);
    const dataSet = await describe(trx, fetch, options, { ...came, before: mixture === null ? before : undefined });
    await saveDataSet(trx, dataSet);
    await close(trx, fetch, options);
    return { ...came, inserted, revised, same: came.fetched - inserted - revised, dataSet };
  });

const nothingCame = ({ sourceName, symbol, intervalMs, fromMs, toMs }: OpenFetch): InvalidInput => {
  const got = `no closed ${intervalText(intervalMs)} bars of ${symbol} from ${isoText(fromMs)} to ${isoText(toMs)}`;
  return new InvalidInput([problem('DATA_EMPTY', sourceName, got, 'at least one bar')]);
};

async function gathered(trx: Database, { fetchId }: OpenFetch) {
  const row = await trx
    .selectFrom('fetched_bars')
    .where('fetch_id', '=', fetchId)
    .select(({ fn }) => [fn.countAll<number>().as('count')])
    .select([sql<Date | null>`min(open_time)`.as('first'), sql<Date | null>`max(open_time)`.as('last')])
    .executeTakeFirstOrThrow();
  return { fetched: row.count, fromMs: optionalMs(row.first), toMs: optionalMs(row.last) };
}

const VALUES = (table: string) =>
  sql`(${sql.join(['open', 'high', 'low', 'close', 'volume'].map((name) => sql.ref(`${table}.${name}`)))})`;
/** A bar as the JSON of `Bar`. Texts, so that no reader of the JSON loses a digit. */
const BAR_JSON = (table: string) => sql`jsonb_build_object(
  'openTimeMs', (extract(epoch from ${sql.ref(`${table}.open_time`)}) * 1000)::bigint,
  'open', ${sql.ref(`${table}.open`)}::text, 'high', ${sql.ref(`${table}.high`)}::text,
  'low', ${sql.ref(`${table}.low`)}::text, 'close', ${sql.ref(`${table}.close`)}::text,
  'volume', ${sql.ref(`${table}.volume`)}::text)`;

/** Writes each revision down, once. @returns how many stored bars differ */
async function recordRevisions(trx: Database, fetch: OpenFetch, { replace, nowMs }: FinishOptions): Promise<number> {
  const differing = sql`
    from fetched_bars f join bars b
      on b.symbol = ${fetch.symbol} and b.interval_ms = ${fetch.intervalMs} and b.open_time = f.open_time
    where f.fetch_id = ${fetch.fetchId} and ${VALUES('b')} is distinct from ${VALUES('f')}`;
  await sql`
    insert into bar_revisions (symbol, interval_ms, open_time, source_name, before, after, applied, told_at)
    select ${fetch.symbol}, ${fetch.intervalMs}, f.open_time, ${fetch.sourceName}, ${BAR_JSON('b')}, ${BAR_JSON('f')},
      ${replace}, ${toInstant(nowMs)}::timestamptz ${differing}
    on conflict do nothing`.execute(trx);
  const counted = await sql<{ count: number }>`select count(*) as count ${differing}`.execute(trx);
  return counted.rows[0]?.count ?? 0;
}

/** @returns how many bars were not there before */
async function moveBars(trx: Database, { symbol, intervalMs, fetchId }: OpenFetch, replace: boolean): Promise<number> {
  const onConflict = replace
    ? sql`do update set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
        volume = excluded.volume where ${VALUES('b')} is distinct from ${VALUES('excluded')}`
    : sql`do nothing`;
  const result = await sql<{ inserted: number }>`
    with written as (
      insert into bars as b (symbol, interval_ms, open_time, open, high, low, close, volume)
      select ${symbol}, ${intervalMs}::bigint, open_time, open, high, low, close, volume
      from fetched_bars where fetch_id = ${fetchId}
      on conflict (symbol, interval_ms, open_time) ${onConflict}
      returning (xmax = 0) as is_new
    )
    select count(*) filter (where is_new) as inserted from written`.execute(trx);
  return result.rows[0]?.inserted ?? 0;
}

type Came = { readonly fromMs: number | null; readonly toMs: number | null; readonly before: DataSet | undefined };

async function describe(trx: Database, fetch: OpenFetch, options: FinishOptions, came: Came): Promise<DataSet> {
  const { symbol, intervalMs, sourceName } = fetch;
  const series = await readBars(trx, symbol, intervalMs, null, null);
  return {
    symbol,
    intervalMs,
    sourceName,
    origins: originsWith(came.before?.origins ?? [], sourceName),
    rowCount: series.openTimeMs.length,
    gaps: findReportableGaps(series),
    quarantined: options.acceptJumps ? null : (jumpReason(series, came) ?? came.before?.quarantined ?? null),
    dataHash: dataHash(series),
    importedAtMs: options.nowMs,
  };
}

/** Judges the fetched bars and the seam after them. */
function jumpReason(series: BarSeries, { fromMs, toMs }: Came): string | null {
  if (fromMs === null || toMs === null) return null;
  const afterMs = series.openTimeMs.find((openTimeMs) => openTimeMs > toMs) ?? toMs;
  const jumps = findJumps(series, fromMs, afterMs);
  const first = jumps[0];
  if (first === undefined) return null;
  return `DATA_JUMP: over 50 % in one bar, ${jumps.length} of them, the first at ${isoText(first)}`;
}

/** The fetch stays as what is covered, together with those it continues; its pages are moved and go. */
async function close(trx: Database, fetch: OpenFetch, { coveredToMs, nowMs }: FinishOptions): Promise<void> {
  const row = { to_time: toInstant(Math.max(fetch.fromMs, coveredToMs)), finished_at: toInstant(nowMs) };
  const closed = await trx
    .updateTable('bar_fetches')
    .set(row)
    .where('fetch_id', '=', fetch.fetchId)
    .where('fetched_until', '=', new Date(fetch.untilMs))
    .where('finished_at', 'is', null)
    .executeTakeFirst();
  if (closed.numUpdatedRows === 0n) throw busy(fetch);
  await trx.deleteFrom('fetched_bars').where('fetch_id', '=', fetch.fetchId).execute();
}
