/**
 * Stores simple hourly bars from closing prices alone: a market that can be checked by hand, for recorded histories.
 */
import type { Database } from '../../../db/tables.ts';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { importBars } from './store-bars.ts';

const FIRST_BAR_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

/**
 * Bar i stands at 2024-01-01T00:00Z + (`fromIndex` + i) hours and opens where the one before closed, the first where it
 * closes itself. Each reaches 1 above and 1 below what it opens and closes at, so around one price the ATR is 2.
 */
export async function storeCloses(
  db: Database,
  symbol: string,
  closes: readonly number[],
  fromIndex = 0,
  volume = 1e6,
): Promise<void> {
  const rows = closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const openTimeMs = FIRST_BAR_MS + (fromIndex + index) * HOUR_MS;
    return { openTimeMs, open, high: Math.max(open, close) + 1, low: Math.min(open, close) - 1, close, volume };
  });
  const bars = { series: seriesFromRows(symbol, HOUR_MS, rows), exactTexts: new Map<number, string>() };
  const nowMs = Date.now();
  await importBars(db, { sourceName: 'closing prices', bars, acceptJumps: true, replace: false, nowMs });
}
