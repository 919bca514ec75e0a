/**
 * Average true range (Wilder), in price units: y += (true range - y) / period.
 * Seeded with the plain mean of the first `period` true ranges (bars 1 to period); both seeds agree.
 */
import { type BarColumns, columnFrom, firstKnown, meanOf, outputColumn, requirePeriod } from './kernel.ts';
import { trueRange } from './true-range.ts';

/** Warm-up: first value at index `period`. @throws RangeError for a period below 1 */
export function averageTrueRange(bars: BarColumns, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const { high, low, close } = bars;
  const column = columnFrom(close.length, period, out);
  if (period >= close.length) return column;
  const seeds = trueRange({ ...bars, high, low: low.subarray(0, period + 1), close: close.subarray(0, period + 1) });
  const weight = 1 / period;
  let average = meanOf(seeds, 1, period);
  column[period] = average;
  for (let i = period + 1; i < close.length; i += 1) {
    const before = close[i - 1] as number;
    const top = high[i] as number;
    const bottom = low[i] as number;
    // The close before mostly lies inside the bar: a branch that is guessed right costs less than a maximum.
    const range = (top > before ? top : before) - (bottom < before ? bottom : before);
    average += (range - average) * weight;
    column[i] = average;
  }
  return column;
}

/** Wilder's average of any column, seeded with the mean of its first `period` known values. */
export function wilderAverage(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length, out);
  const first = firstKnown(values);
  const seedIndex = first + period - 1;
  if (seedIndex >= values.length) return column;
  const weight = 1 / period;
  let average = meanOf(values, first, period);
  column[seedIndex] = average;
  for (let i = seedIndex + 1; i < values.length; i += 1) {
    average += ((values[i] as number) - average) * weight;
    column[i] = average;
  }
  return column;
}
