/**
 * Exponential moving average, in the unit of the values: y += (x - y) · 2 / (period + 1).
 * Seeded with the simple mean of the first `period` values; TA-Lib (default) and StockCharts agree on that.
 */
import { firstKnown, meanOf, outputColumn, requirePeriod } from './kernel.ts';

/** Warm-up: first value at index period - 1. @throws RangeError for a period below 1 */
export function exponentialMovingAverage(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  return exponentialMovingAverageFrom(values, period, firstKnown(values), out);
}

/** The same, seeded with the mean of the `period` values from index `from`. For MACD's TA-Lib seed. */
export function exponentialMovingAverageFrom(
  values: Float64Array,
  period: number,
  from: number,
  out?: Float64Array,
): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length, out);
  const seedIndex = from + period - 1;
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
