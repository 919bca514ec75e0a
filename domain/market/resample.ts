/**
 * Builds higher bars (4×, 24× the interval) out of base bars, in UTC-aligned buckets, without looking ahead:
 * a higher bar exists only once it is complete, that is, when a base bar closes at or after the end of its bucket.
 * Missing base bars are not filled: a bucket holds what there was, an empty bucket does not exist.
 */
import { type BarRow, type BarSeries, barAt, seriesFromRows } from './bar-series.ts';

/** `lastCompleted[i]` = index of the last higher bar known at the close of base bar i, -1 when there is none yet. */
export type Resampled = { readonly bars: BarSeries; readonly lastCompleted: Int32Array };

/** @throws RangeError unless `factor` is a whole number of at least 1 */
export function resample(bars: BarSeries, factor: number): Resampled {
  if (!Number.isInteger(factor) || factor < 1) throw new RangeError(`factor: got ${factor}, expected 1 or more`);
  const widthMs = bars.intervalMs * factor;
  const rows: BarRow[] = [];
  const lastCompleted = new Int32Array(bars.openTimeMs.length);
  let open: BarRow | null = null;
  let completedUntilMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < lastCompleted.length; i += 1) {
    const bar = barAt(bars, i);
    const bucketMs = Math.floor(bar.openTimeMs / widthMs) * widthMs;
    if (open !== null && open.openTimeMs !== bucketMs) {
      rows.push(open);
      completedUntilMs = open.openTimeMs + widthMs;
      open = null;
    }
    // A bar that arrives for a bucket already complete (stamps off the grid) cannot change what was known.
    if (bucketMs >= completedUntilMs) open = open === null ? { ...bar, openTimeMs: bucketMs } : merge(open, bar);
    if (open !== null && bar.openTimeMs + bars.intervalMs >= bucketMs + widthMs) {
      rows.push(open);
      completedUntilMs = bucketMs + widthMs;
      open = null;
    }
    lastCompleted[i] = rows.length - 1;
  }
  return { bars: seriesFromRows(bars.symbol, widthMs, rows), lastCompleted };
}

const merge = (whole: BarRow, next: BarRow): BarRow => ({
  openTimeMs: whole.openTimeMs,
  open: whole.open,
  high: Math.max(whole.high, next.high),
  low: Math.min(whole.low, next.low),
  close: next.close,
  volume: whole.volume + next.volume,
});
