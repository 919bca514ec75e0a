/**
 * Averages built on others, in the unit of the values: weighted (newest value counts `period`, oldest 1), double and
 * triple exponential (Mulloy 1994), Hull's and Kaufman's adaptive one.
 */
import { exponentialMovingAverage } from '../exponential-moving-average.ts';
import { firstKnown, outputColumn, requirePeriod } from '../kernel.ts';
import { windowSum } from '../window-moments.ts';

/** Σ k · x / Σ k, k = 1 … period. First value at index period - 1; equal values give exactly themselves. */
export function weightedMovingAverage(values: Float64Array, period: number): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length);
  const weights = (period * (period + 1)) / 2;
  for (let i = firstKnown(values) + period - 1; i < values.length; i += 1) {
    const anchor = values[i] as number;
    let sum = 0;
    for (let k = 1; k < period; k += 1) sum += k * ((values[i - period + k] as number) - anchor);
    column[i] = anchor + sum / weights;
  }
  return column;
}

/** 2 · EMA - EMA(EMA). First value at index 2 · (period - 1). */
export function doubleExponentialAverage(values: Float64Array, period: number): Float64Array {
  const once = exponentialMovingAverage(values, period);
  const twice = exponentialMovingAverage(once, period);
  return twice.map((value, i) => 2 * (once[i] as number) - value);
}

/** 3 · EMA - 3 · EMA(EMA) + EMA(EMA(EMA)). First value at index 3 · (period - 1). */
export function tripleExponentialAverage(values: Float64Array, period: number): Float64Array {
  const once = exponentialMovingAverage(values, period);
  const twice = exponentialMovingAverage(once, period);
  const thrice = exponentialMovingAverage(twice, period);
  return thrice.map((value, i) => 3 * (once[i] as number) - 3 * (twice[i] as number) + value);
}

/** WMA(2 · WMA(period / 2) - WMA(period), sqrt(period)), halves and roots rounded down. @throws RangeError below 2 */
export function hullMovingAverage(values: Float64Array, period: number): Float64Array {
  requirePeriod('period', period, 2);
  const slow = weightedMovingAverage(values, period);
  const fast = weightedMovingAverage(values, Math.floor(period / 2));
  const ahead = slow.map((value, i) => 2 * (fast[i] as number) - value);
  return weightedMovingAverage(ahead, Math.floor(Math.sqrt(period)));
}

/**
 * y += (x - y) · (e · (f - s) + s)², e = |x - x[period ago]| / Σ |changes| (0 where nothing changed), f and s =
 * 2 / (n + 1) of `fast` and `slow`. Starts at the value of index period - 1, which is its first.
 */
export function adaptiveMovingAverage(values: Float64Array, period: number, fast: number, slow: number): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length);
  const path = windowSum(absoluteChanges(values), period);
  const start = firstKnown(values) + period - 1;
  if (start >= values.length) return column;
  let average = values[start] as number;
  column[start] = average;
  for (let i = start + 1; i < values.length; i += 1) {
    const total = path[i] as number;
    const value = values[i] as number;
    const efficiency = total === 0 ? 0 : Math.abs(value - (values[i - period] as number)) / total;
    average += (value - average) * (efficiency * (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1)) ** 2;
    column[i] = average;
  }
  return column;
}

const absoluteChanges = (values: Float64Array): Float64Array =>
  values.map((value, i) => (i === 0 ? Number.NaN : Math.abs(value - (values[i - 1] as number))));
