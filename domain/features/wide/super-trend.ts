/**
 * SuperTrend (Seban), in price units: a band of (high + low) / 2 ± multiplier · ATR that only tightens while the trend
 * lasts. `trend` is 1 above its lower band, -1 below its upper band; it turns when the close meets the band.
 */
import { averageTrueRange } from '../average-true-range.ts';
import { type BarColumns, outputColumn } from '../kernel.ts';

/** Warm-up: first value at index `period`. @throws RangeError for a period below 1 */
export function superTrend(bars: BarColumns, period: number, multiplier: number) {
  const { high, low, close } = bars;
  const range = averageTrueRange(bars, period);
  const band = outputColumn(close.length);
  const trend = outputColumn(close.length);
  let upper = Number.POSITIVE_INFINITY;
  let lower = Number.NEGATIVE_INFINITY;
  let rising = true;
  for (let i = period; i < close.length; i += 1) {
    const middle = ((high[i] as number) + (low[i] as number)) / 2;
    const reach = multiplier * (range[i] as number);
    const before = close[i - 1] as number;
    const now = close[i] as number;
    if (i === period) rising = now >= middle;
    if (middle + reach < upper || before > upper) upper = middle + reach;
    if (middle - reach > lower || before < lower) lower = middle - reach;
    rising = now > (rising ? lower : upper);
    band[i] = rising ? lower : upper;
    trend[i] = rising ? 1 : -1;
  }
  return { superTrend: band, trend };
}
