/** Simple moving average: the plain mean of the last `period` values, in the unit of the values. Both seeds agree. */
import { windowMean } from './window-moments.ts';

/** Warm-up: first value at index period - 1. @throws RangeError for a period below 1 */
export const simpleMovingAverage = (values: Float64Array, period: number, out?: Float64Array): Float64Array =>
  windowMean(values, period, out);
