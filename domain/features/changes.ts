/**
 * Changes of price by bars and by time, the slope of on-balance volume, and quotients of columns.
 * All are fractions (0.02 = 2 %), NaN where the past does not reach back far enough or a divisor is 0.
 */
import type { BarSeries } from '../market/bar-series.ts';
import { outputColumn } from './kernel.ts';
import { onBalanceVolume } from './on-balance-volume.ts';
import { windowSum } from './window-moments.ts';

/** x[i] / x[i - barCount] - 1. First value at index barCount (plus the warm-up of the values themselves). */
export function changeBetween(values: Float64Array, barCount: number): Float64Array {
  const column = outputColumn(values.length);
  for (let i = barCount; i < values.length; i += 1) {
    column[i] = (values[i] as number) / (values[i - barCount] as number) - 1;
  }
  return column;
}

/**
 * close[i] against the last close known `spanMs` before the close of bar i, minus 1. Over a gap that is the last close
 * before the gap. NaN throughout when the interval does not divide the span (a day's bars have no one-hour change).
 */
export function changeOverTime({ openTimeMs, close, intervalMs }: BarSeries, spanMs: number): Float64Array {
  const column = outputColumn(close.length);
  if (spanMs % intervalMs !== 0) return column;
  let past = -1;
  for (let i = 0; i < close.length; i += 1) {
    const limitMs = (openTimeMs[i] as number) - spanMs;
    while (past + 1 < i && (openTimeMs[past + 1] as number) <= limitMs) past += 1;
    if (past >= 0) column[i] = (close[i] as number) / (close[past] as number) - 1;
  }
  return column;
}

/** (OBV[i] - OBV[i - barCount]) / volume of those bars: -1 all on falls, 1 all on rises, 0 where nothing traded. */
export function obvSlope(bars: BarSeries, barCount: number): Float64Array {
  const column = outputColumn(bars.close.length);
  const balance = onBalanceVolume(bars);
  const traded = windowSum(bars.volume, barCount);
  for (let i = barCount; i < column.length; i += 1) {
    const change = (balance[i] as number) - (balance[i - barCount] as number);
    const volume = traded[i] as number;
    column[i] = volume === 0 ? 0 : Math.min(1, Math.max(-1, change / volume));
  }
  return column;
}

/** a[i] / b[i]; NaN where b is 0. */
export const quotient = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, i) => (b[i] === 0 ? Number.NaN : value / (b[i] as number)));
