/** Bars for tests of research: random walks and markets with a planted edge, stored as if they had been imported. */
import { insertBars } from '../../db/bars.ts';
import { saveDataSet } from '../../db/data-sets.ts';
import type { Database } from '../../db/tables.ts';
import { type BarRow, type BarSeries, dataHash, seriesFromRows } from '../../domain/market/bar-series.ts';
import { createRandom } from '../../domain/market/random.ts';

export const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2020-01-01T00:00:00Z');

/** A walk whose log returns are `drift(i, closes) + sd · normal`; prices with 6 decimals. */
export function walkBars(
  seedText: string,
  count: number,
  sd: number,
  drift: (i: number, closes: readonly number[]) => number = () => 0,
): BarRow[] {
  const random = createRandom(seedText);
  const closes: number[] = [];
  const rows: BarRow[] = [];
  const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
  let close = 100;
  for (let i = 0; i < count; i += 1) {
    const open = close;
    close = rounded(close * Math.exp(drift(i, closes) + sd * random.normal()));
    const reach = sd * 0.5 * random.uniform();
    rows.push({
      openTimeMs: START_MS + i * HOUR_MS,
      open,
      high: rounded(Math.max(open, close) * (1 + reach)),
      low: rounded(Math.min(open, close) * (1 - reach)),
      close,
      volume: Math.round(1_000_000 * (1 + random.uniform())),
    });
    closes.push(close);
  }
  return rows;
}

/** Stores them as hourly bars. */
export async function storeBars(db: Database, symbol: string, rows: readonly BarRow[]): Promise<BarSeries> {
  const bars = rows.map(({ openTimeMs, ...cells }) => ({
    openTimeMs,
    open: String(cells.open),
    high: String(cells.high),
    low: String(cells.low),
    close: String(cells.close),
    volume: String(cells.volume),
  }));
  const series = seriesFromRows(symbol, HOUR_MS, rows);
  await insertBars(db, symbol, HOUR_MS, bars);
  await saveDataSet(db, {
    symbol,
    intervalMs: HOUR_MS,
    sourceName: 'test',
    origins: [],
    rowCount: rows.length,
    gaps: [],
    quarantined: null,
    dataHash: dataHash(series),
    importedAtMs: START_MS,
  });
  return series;
}
