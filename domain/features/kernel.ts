/**
 * What all indicator kernels share: output columns, period checks, the first known value, an exact mean.
 * A kernel reads Float64Arrays in time order, writes NaN before its warm-up and never looks past index i.
 * Leading NaNs of an input (another indicator's warm-up) are skipped; there is no absolute epsilon anywhere.
 */
import type { BarSeries } from '../market/bar-series.ts';

/** The price and volume columns a kernel may need. */
export type BarColumns = Pick<BarSeries, 'open' | 'high' | 'low' | 'close' | 'volume'>;

/**
 * A column of `length` NaNs: `reuse` when given, else a new one. A kernel's output must not be its input.
 * @throws RangeError when the column to reuse has another length
 */
export function outputColumn(length: number, reuse?: Float64Array): Float64Array {
  if (reuse !== undefined && reuse.length !== length) {
    throw new RangeError(`output column has ${reuse.length} places, the input has ${length}`);
  }
  return (reuse ?? new Float64Array(length)).fill(Number.NaN);
}

/** The same for a kernel that writes every place from `known` on: only those before it are NaN. */
export function columnFrom(length: number, known: number, reuse?: Float64Array): Float64Array {
  if (reuse === undefined || reuse.length !== length) return outputColumn(length, reuse);
  return reuse.fill(Number.NaN, 0, Math.min(length, known));
}

/** @throws RangeError unless `period` is a whole number of at least `minimum` bars */
export function requirePeriod(name: string, period: number, minimum = 1): void {
  if (!Number.isInteger(period) || period < minimum) {
    throw new RangeError(`${name}: got ${period}, expected a whole number of at least ${minimum}`);
  }
}

/** Index of the first value that is not NaN; the length when there is none. */
export function firstKnown(values: Float64Array): number {
  let index = 0;
  while (index < values.length && Number.isNaN(values[index])) index += 1;
  return index;
}

/**
 * Mean of `count` values from `from`, summed as distances from the first, so that equal values give exactly themselves.
 */
export function meanOf(values: Float64Array, from: number, count: number): number {
  const anchor = values[from] as number;
  let sum = 0;
  for (let i = from; i < from + count; i += 1) sum += (values[i] as number) - anchor;
  return anchor + sum / count;
}
