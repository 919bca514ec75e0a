/**
 * Stored bars. Prices and volume are kept as exact decimals; `readBars` gives them as doubles in columns, for
 * indicators and the walk, `readExactBars` as the decimal strings themselves. Times are epoch ms at the OPEN.
 */
import { type RawBuilder, sql } from 'kysely';
import type { BarSeries } from '../domain/market/bar-series.ts';
import type { Bar } from '../schemas/market.ts';
import { optionalMs, toInstant } from './instant.ts';
import type { Database } from './tables.ts';

const ROWS_PER_STATEMENT = 20_000;
const OPEN_TIME_MS = sql`(extract(epoch from open_time) * 1000)::bigint`;

export type InsertedBars = {
  /** Bars that were not there. */
  readonly inserted: number;
  /** Bars that were there with other values and now have these. */
  readonly changed: number;
  /** Bars that were there as they are. */
  readonly same: number;
};

/**
 * Stores bars by (symbol, interval, open time); doing it again changes nothing. Open times must differ from each
 * other. Values that differ from the stored ones replace them, and are counted.
 */
export async function insertBars(
  trx: Database,
  symbol: string,
  intervalMs: number,
  bars: readonly Bar[],
): Promise<InsertedBars> {
  let inserted = 0;
  let changed = 0;
  for (let from = 0; from < bars.length; from += ROWS_PER_STATEMENT) {
    const part = await insertPart(trx, symbol, intervalMs, bars.slice(from, from + ROWS_PER_STATEMENT));
    inserted += part.inserted;
    changed += part.written - part.inserted;
  }
  return { inserted, changed, same: bars.length - inserted - changed };
}

async function insertPart(trx: Database, symbol: string, intervalMs: number, bars: readonly Bar[]) {
  const column = (key: Exclude<keyof Bar, 'openTimeMs'>) => sql`${bars.map((bar) => bar[key])}::numeric[]`;
  const openTimes = sql`${bars.map((bar) => toInstant(bar.openTimeMs))}::timestamptz[]`;
  const columns = [column('open'), column('high'), column('low'), column('close'), column('volume')];
  const result = await sql<{ written: number; inserted: number }>`
    with written as (
      insert into bars as b (symbol, interval_ms, open_time, open, high, low, close, volume)
      select ${symbol}, ${intervalMs}::bigint, * from unnest(${openTimes}, ${sql.join(columns)})
      on conflict (symbol, interval_ms, open_time) do update
        set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume
        where (b.open, b.high, b.low, b.close, b.volume)
          is distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
      returning (xmax = 0) as is_new
    )
    select count(*) as written, count(*) filter (where is_new) as inserted from written`.execute(trx);
  return result.rows[0] ?? { written: 0, inserted: 0 };
}

/**
 * Removes all bars of a data set, and what was fetched of them but for the fetch `keptFetchId`: to replace it.
 * @returns how many bars there were
 */
export async function deleteBars(
  trx: Database,
  symbol: string,
  intervalMs: number,
  keptFetchId: number | null = null,
): Promise<number> {
  const fetches = trx.deleteFrom('bar_fetches').where('symbol', '=', symbol).where('interval_ms', '=', intervalMs);
  await (keptFetchId === null ? fetches : fetches.where('fetch_id', '!=', keptFetchId)).execute();
  const query = trx.deleteFrom('bars').where('symbol', '=', symbol).where('interval_ms', '=', intervalMs);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** What is stored of one symbol and interval: first and last open time (epoch ms) and the number of bars. */
export async function barRange(
  db: Database,
  symbol: string,
  intervalMs: number,
): Promise<{ fromMs: number; toMs: number; count: number } | undefined> {
  const row = await db
    .selectFrom('bars')
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', intervalMs)
    .select((eb) => [
      sql<Date | null>`min(open_time)`.as('first'),
      sql<Date | null>`max(open_time)`.as('last'),
      eb.fn.countAll<number>().as('count'),
    ])
    .executeTakeFirstOrThrow();
  const fromMs = optionalMs(row.first);
  const toMs = optionalMs(row.last);
  return fromMs === null || toMs === null ? undefined : { fromMs, toMs, count: row.count };
}

type ColumnName = Exclude<keyof BarSeries, 'symbol' | 'intervalMs'>;

/** Bars with `fromMs` <= open time < `toMs` (null = no bound), oldest first, as columns of the nearest doubles. */
export async function readBars(
  db: Database,
  symbol: string,
  intervalMs: number,
  fromMs: number | null,
  toMs: number | null,
): Promise<BarSeries> {
  // Each column travels as one run of doubles: a quarter of the client's work for 65,000 rows of text.
  const result = await sql<Record<ColumnName, Buffer | null>>`
    select ${packed(OPEN_TIME_MS)} as "openTimeMs", ${packed(sql`open`)} as open, ${packed(sql`high`)} as high,
      ${packed(sql`low`)} as low, ${packed(sql`close`)} as close, ${packed(sql`volume`)} as volume
    from bars where ${inRange(symbol, intervalMs, fromMs, toMs)}`.execute(db);
  const row = result.rows[0];
  const column = (name: ColumnName) => doublesOf(row?.[name] ?? Buffer.alloc(0));
  return {
    symbol,
    intervalMs,
    openTimeMs: column('openTimeMs'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

const packed = (column: RawBuilder<unknown>) =>
  sql`string_agg(float8send((${column})::float8), ''::bytea order by open_time)`;

/** `float8send` writes big-endian doubles of 8 bytes. */
const doublesOf = (bytes: Buffer): Float64Array =>
  Float64Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleBE(index * 8));

/** The same bars as exact decimal strings: for exports and checks. */
export async function readExactBars(
  db: Database,
  symbol: string,
  intervalMs: number,
  fromMs: number | null,
  toMs: number | null,
): Promise<Bar[]> {
  const result = await sql<Bar>`
    select ${OPEN_TIME_MS} as "openTimeMs", open, high, low, close, volume
    from bars where ${inRange(symbol, intervalMs, fromMs, toMs)} order by open_time`.execute(db);
  return result.rows;
}

const inRange = (symbol: string, intervalMs: number, fromMs: number | null, toMs: number | null) =>
  sql`symbol = ${symbol} and interval_ms = ${intervalMs}
    and open_time >= ${fromMs === null ? '-infinity' : toInstant(fromMs)}::timestamptz
    and open_time < ${toMs === null ? 'infinity' : toInstant(toMs)}::timestamptz`;
