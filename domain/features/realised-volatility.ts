/**
 * Realised volatility: the sample standard deviation (divisor period - 1) of the last `period` log returns.
 * A fraction per bar, not annualised: multiply by sqrt(bars per year) for that. Both seeds agree.
 */
import { outputColumn } from './kernel.ts';
import { windowDeviation } from './window-moments.ts';

/** Warm-up: first value at index `period` (it takes period + 1 prices). @throws RangeError for a period below 2 */
export function realisedVolatility(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  return windowDeviation(logReturns(values), period, 'sample', out);
}

/** ln(x[i] / x[i - 1]); NaN at index 0. */
export function logReturns(values: Float64Array, out?: Float64Array): Float64Array {
  const column = outputColumn(values.length, out);
  for (let i = 1; i < values.length; i += 1) column[i] = Math.log((values[i] as number) / (values[i - 1] as number));
  return column;
}
