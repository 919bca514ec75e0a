/** Eight years of hours: those of BTC/USDT that the person's own desk holds, or as many that are computed. */
import { readBars } from '../../../db/bars.ts';
import type { Database } from '../../../db/tables.ts';
import { type BarSeries, sliceSeries } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { importBars } from '../../../scripts/lib/bars/store-bars.ts';
import { withDatabase } from '../../../scripts/lib/with-database.ts';

export const SYMBOL = 'BTC/USDT';
export const HOUR_MS = 3_600_000;
const FROM_MS = Date.parse('2018-01-01T00:00:00Z');
const TO_MS = Date.parse('2026-01-01T00:00:00Z');
const HOURS = (TO_MS - FROM_MS) / HOUR_MS;
/** A desk with fewer hours than this says nothing about eight years. */
const SHARE_MIN = 0.9;

export type Hours = { readonly bars: BarSeries; readonly source: 'desk' | 'synthetic' };

/** 2018 to 2025 by the clock. The desk is only read. */
export async function eightYears(seed: number): Promise<Hours> {
  const stored = await storedHours();
  if (stored !== null && stored.close.length >= HOURS * SHARE_MIN) return { bars: stored, source: 'desk' };
  const made = syntheticSeries({ symbol: SYMBOL, intervalMs: HOUR_MS, count: HOURS, seed });
  return { bars: made, source: 'synthetic' };
}

/** Null where no desk is up. */
async function storedHours(): Promise<BarSeries | null> {
  try {
    return await withDatabase({ name: 'exam' }, (db) => readBars(db, SYMBOL, HOUR_MS, FROM_MS, TO_MS));
  } catch {
    return null;
  }
}

/** Stores them as an import would; `barsMax` cuts off what is beyond. */
export async function storeHours(db: Database, { bars, source }: Hours, barsMax = Infinity): Promise<number> {
  const series = sliceSeries(bars, 0, Math.min(bars.close.length, barsMax));
  const asked = { sourceName: `${source} hours`, acceptJumps: true, replace: false, nowMs: Date.now() };
  await importBars(db, { ...asked, bars: { series, exactTexts: new Map<number, string>() } });
  return series.close.length;
}
