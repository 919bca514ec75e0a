/** What is known of each imported data set: source, number of rows, gaps, hash, and why it is quarantined if it is. */
import type { Selectable } from 'kysely';
import { intervalText } from '../schemas/interval.ts';
import type { Gap } from '../schemas/market.ts';
import { upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

export type DataSet = {
  readonly symbol: string;
  readonly intervalMs: number;
  /** Where bars came from last. */
  readonly sourceName: string;
  /** The vendor, or the synthetic source, that bars came from at any time (domain/market/data-origins.ts). */
  readonly origins: readonly string[];
  readonly rowCount: number;
  readonly gaps: readonly Gap[];
  /** Why paper and live may not use it, null when they may. */
  readonly quarantined: string | null;
  readonly dataHash: string;
  readonly importedAtMs: number;
};

/** Writes what is known of (symbol, interval), new or known. */
export async function saveDataSet(db: Database, dataSet: DataSet): Promise<void> {
  await upsertRows(
    db,
    'data_sets',
    ['symbol', 'interval_ms'],
    [
      {
        symbol: dataSet.symbol,
        interval_ms: dataSet.intervalMs,
        source_name: dataSet.sourceName,
        origins: dataSet.origins,
        rows: dataSet.rowCount,
        gaps: dataSet.gaps,
        quarantined: dataSet.quarantined,
        data_hash: dataSet.dataHash,
        imported_at: toInstant(dataSet.importedAtMs),
      },
    ],
  );
}

/** All data sets by symbol, then interval. */
export async function listDataSets(db: Database): Promise<DataSet[]> {
  const rows = await db.selectFrom('data_sets').selectAll().orderBy('symbol').orderBy('interval_ms').execute();
  return rows.map(dataSetOf);
}

/** One data set; undefined when nothing is stored. */
export async function readDataSet(db: Database, symbol: string, intervalMs: number): Promise<DataSet | undefined> {
  const row = await db
    .selectFrom('data_sets')
    .selectAll()
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', intervalMs)
    .executeTakeFirst();
  return row === undefined ? undefined : dataSetOf(row);
}

const dataSetOf = (row: Selectable<Tables['data_sets']>): DataSet => ({
  symbol: row.symbol,
  intervalMs: row.interval_ms,
  sourceName: row.source_name,
  origins: row.origins,
  rowCount: row.rows,
  gaps: row.gaps,
  quarantined: row.quarantined,
  dataHash: row.data_hash,
  importedAtMs: row.imported_at.getTime(),
});

/** The hash of one data set, which changes with its bars; undefined when nothing is stored. */
export async function storedDataHash(db: Database, symbol: string, intervalMs: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('data_sets')
    .select('data_hash')
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', intervalMs)
    .executeTakeFirst();
  return row?.data_hash;
}

/**
 * Why symbols may not be traded on in paper and live, by symbol; those that may are left out. A quarantine holds for
 * the symbol, whichever interval it was found in; the reason found in bars of `intervalMs` is told first.
 */
export async function quarantineReasons(
  db: Database,
  symbols: readonly string[],
  intervalMs: number,
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('data_sets')
    .select(['symbol', 'interval_ms', 'quarantined'])
    .where('symbol', 'in', symbols)
    .where('quarantined', 'is not', null)
    .orderBy('interval_ms')
    .execute();
  const reasons = new Map<string, string>();
  for (const { symbol, interval_ms, quarantined } of rows) {
    if (interval_ms === intervalMs) reasons.set(symbol, quarantined ?? '');
    else if (!reasons.has(symbol)) reasons.set(symbol, `${intervalText(interval_ms)} bars: ${quarantined}`);
  }
  return reasons;
}
