/**
 * Exponential moving average, in the unit of the values: y += (x - y) · 2 / (period + 1).
 * Seeded with the simple mean of the first `period` values; TA-Lib (default) and StockCharts agree on that.
 */
import { columnFrom, firstKnown, meanOf, requirePeriod } from './kernel.ts';

/** Warm-up: first value at index period - 1. @throws RangeError for a period below 1 */
export function exponentialMovingAverage(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const from = firstKnown(values);
  const seedIndex = from + period - 1;
  const column = columnFrom(values.length, seedIndex, out);
  if (seedIndex >= values.length) return column;
  const weight = 2 / (period + 1);
  let average = meanOf(values, from, period);
  column[seedIndex] = average;
  for (let i = seedIndex + 1; i < values.length; i += 1) {
    average += ((values[i] as number) - average) * weight;
    column[i] = average;
  }
  return column;
}
