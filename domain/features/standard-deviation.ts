/** Population standard deviation of the last `period` values, in the unit of the values. Both seeds agree. */
import { windowDeviation } from './window-moments.ts';

/** sqrt(Σ(x - mean)² / period). Warm-up: first value at index period - 1; equal values give exactly 0. */
export const standardDeviation = (values: Float64Array, period: number, out?: Float64Array): Float64Array =>
  windowDeviation(values, period, 'population', out);
