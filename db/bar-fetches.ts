/**
 * Fetches of bars from vendors while they are under way: begun or taken up again, page by page, each page and how far
 * it reaches in one transaction. What is gathered is nobody's bars until db/finish-fetch.ts moves it.
 */
import { sql } from 'kysely';
import type { Bar } from '../schemas/market.ts';
import { toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

/** Whose bars, and from which open time to which, the end left out. */
export type FetchRange = {
  readonly sourceName: string;
  readonly symbol: string;
  readonly intervalMs: number;
  readonly fromMs: number;
  readonly toMs: number;
};
/** `untilMs`: every bar of the range that opened before it has been gathered. */
export type OpenFetch = FetchRange & {
  readonly fetchId: number;
  readonly untilMs: number;
  readonly isResumed: boolean;
};

/** Another process goes on with the same fetch. Trying again later finds it done or takes it up. */
export class FetchBusy extends Error {
  override readonly name = 'FetchBusy';
}

/** A fetch that nobody has touched for so long was given up. */
const GIVEN_UP_AFTER_MS = 3_600_000;

/**
 * Takes up the fetch that was broken off at the same start, else begins one. What was gathered of the same bars from
 * other starts and then given up is forgotten.
 */
export const beginFetch = (db: Database, range: FetchRange): Promise<OpenFetch> =>
  inTransaction(db, async (trx) => {
    await lockDataSet(trx, range);
    const open = await unfinished(trx, range);
    const same = open.find((one) => one.from_time.getTime() === range.fromMs);
    const givenUp = open.filter((one) => one !== same && one.is_given_up).map((one) => one.fetch_id);
    if (givenUp.length > 0) await trx.deleteFrom('bar_fetches').where('fetch_id', 'in', givenUp).execute();
    if (same === undefined) return { ...range, ...(await insertFetch(trx, range)) };
    const toTime = toInstant(range.toMs);
    await trx.updateTable('bar_fetches').set({ to_time: toTime }).where('fetch_id', '=', same.fetch_id).execute();
    return { ...range, fetchId: same.fetch_id, untilMs: same.fetched_until.getTime(), isResumed: true };
  });

/** The lock of every writer of one data set: two at once would each describe only their own bars. */
export async function lockDataSet(
  trx: Database,
  { symbol, intervalMs }: Pick<FetchRange, 'symbol' | 'intervalMs'>,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`bars ${symbol} ${intervalMs}`}))`.execute(trx);
}

const unfinished = (trx: Database, { sourceName, symbol, intervalMs }: FetchRange) =>
  trx
    .selectFrom('bar_fetches')
    .select(['fetch_id', 'from_time', 'fetched_until'])
    .select(sql<boolean>`touched_at < now() - ${GIVEN_UP_AFTER_MS} * interval '1 millisecond'`.as('is_given_up'))
    .where('source_name', '=', sourceName)
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', intervalMs)
    .where('finished_at', 'is', null)
    .execute();

async function insertFetch(trx: Database, { sourceName, symbol, intervalMs, fromMs, toMs }: FetchRange) {
  const row = await trx
    .insertInto('bar_fetches')
    .values({
      source_name: sourceName,
      symbol,
      interval_ms: intervalMs,
      from_time: toInstant(fromMs),
      to_time: toInstant(toMs),
      fetched_until: toInstant(fromMs),
    })
    .returning('fetch_id')
    .executeTakeFirstOrThrow();
  return { fetchId: row.fetch_id, untilMs: fromMs, isResumed: false };
}

/**
 * Adds one page and says that all before its end is there. Doing it again changes nothing.
 * @throws FetchBusy when another process has taken this fetch over
 */
export async function keepPage(db: Database, fetch: OpenFetch, bars: readonly Bar[]): Promise<OpenFetch> {
  const last = bars.at(-1);
  if (last === undefined) return fetch;
  const untilMs = last.openTimeMs + fetch.intervalMs;
  await inTransaction(db, async (trx) => {
    const moved = await trx
      .updateTable('bar_fetches')
      .set({ fetched_until: toInstant(untilMs), touched_at: sql`now()` })
      .where('fetch_id', '=', fetch.fetchId)
      .where('fetched_until', '=', new Date(fetch.untilMs))
      .where('finished_at', 'is', null)
      .executeTakeFirst();
    if (moved.numUpdatedRows === 0n) throw busy(fetch);
    await insertPage(trx, fetch.fetchId, bars);
  });
  return { ...fetch, untilMs };
}

export const busy = ({ symbol, sourceName }: FetchRange): FetchBusy =>
  new FetchBusy(`another process fetches the same bars of ${symbol} from ${sourceName}`);

async function insertPage(trx: Database, fetchId: number, bars: readonly Bar[]): Promise<void> {
  const column = (key: Exclude<keyof Bar, 'openTimeMs'>) => sql`${bars.map((bar) => bar[key])}::numeric[]`;
  const openTimes = sql`${bars.map((bar) => toInstant(bar.openTimeMs))}::timestamptz[]`;
  const columns = [column('open'), column('high'), column('low'), column('close'), column('volume')];
  await sql`
    insert into fetched_bars (fetch_id, open_time, open, high, low, close, volume)
    select ${fetchId}::bigint, * from unnest(${openTimes}, ${sql.join(columns)})
    on conflict (fetch_id, open_time) do update
      set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
          volume = excluded.volume`.execute(trx);
}

/**
 * Up to which open time the bars from `fromMs` on have been fetched of this source, by one fetch or
 * by several that meet; `fromMs` when none have.
 */
export async function fetchedUntil(db: Database, range: Omit<FetchRange, 'toMs'>): Promise<number> {
  const rows = await db
    .selectFrom('bar_fetches')
    .select(['from_time', 'to_time'])
    .where('source_name', '=', range.sourceName)
    .where('symbol', '=', range.symbol)
    .where('interval_ms', '=', range.intervalMs)
    .where('finished_at', 'is not', null)
    .orderBy('from_time')
    .execute();
  return rows.reduce(
    (untilMs, row) => (row.from_time.getTime() <= untilMs ? Math.max(untilMs, row.to_time.getTime()) : untilMs),
    range.fromMs,
  );
}
