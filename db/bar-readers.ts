/** Reading stored bars, bound to a database: what the market data port is given. */
import type { BarSeries } from '../domain/market/bar-series.ts';
import { readBars } from './bars.ts';
import { type DataSet, listDataSets, storedDataHash } from './data-sets.ts';
import type { Database } from './tables.ts';

export type BarReaders = {
  readonly readBars: (
    symbol: string,
    intervalMs: number,
    fromMs: number | null,
    toMs: number | null,
  ) => Promise<BarSeries>;
  readonly listDataSets: () => Promise<DataSet[]>;
  readonly storedDataHash: (symbol: string, intervalMs: number) => Promise<string | undefined>;
};

export const barReaders = (db: Database): BarReaders => ({
  readBars: (symbol, intervalMs, fromMs, toMs) => readBars(db, symbol, intervalMs, fromMs, toMs),
  listDataSets: () => listDataSets(db),
  storedDataHash: (symbol, intervalMs) => storedDataHash(db, symbol, intervalMs),
});
