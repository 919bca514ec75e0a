/**
 * Highest and lowest of the last `period` values, and how many bars ago they were, in O(n) by a queue of candidates.
 * Leading NaNs are skipped. Where a value comes twice the later one counts.
 */
import { firstKnown, outputColumn, requirePeriod } from '../kernel.ts';

/** Maximum of the last `period` values, in their unit. First value at index period - 1. @throws RangeError below 1 */
export const highest = (values: Float64Array, period: number): Float64Array => extremes(values, period, 1);

/** Minimum of the last `period` values, in their unit. First value at index period - 1. @throws RangeError below 1 */
export const lowest = (values: Float64Array, period: number): Float64Array => extremes(values, period, -1);

/** (highest + lowest) / 2 of two columns over the last `period` bars: the middle of a channel, in price units. */
export function channelMiddle(high: Float64Array, low: Float64Array, period: number): Float64Array {
  const bottom = lowest(low, period);
  return highest(high, period).map((top, i) => (top + (bottom[i] as number)) / 2);
}

/**
 * Bars since the maximum (`sign` 1) or minimum (-1) of the last `period` values; 0 = the bar itself.
 * `enough` values suffice for the first answers, which then look at as many as there are.
 */
export function barsSinceExtreme(values: Float64Array, period: number, sign: 1 | -1, enough = period): Float64Array {
  const column = outputColumn(values.length);
  visitExtremes(
    values,
    period,
    sign,
    (i, at) => {
      column[i] = i - at;
    },
    enough,
  );
  return column;
}

function extremes(values: Float64Array, period: number, sign: 1 | -1): Float64Array {
  const column = outputColumn(values.length);
  visitExtremes(values, period, sign, (i, at) => {
    column[i] = values[at] as number;
  });
  return column;
}

/** `queue` holds the indexes that can still become an extreme, best first; each enters and leaves once. */
function visitExtremes(
  values: Float64Array,
  period: number,
  sign: 1 | -1,
  visit: (index: number, extremeIndex: number) => void,
  enough = period,
): void {
  requirePeriod('period', period);
  const first = firstKnown(values);
  const queue = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  for (let i = first; i < values.length; i += 1) {
    const value = sign * (values[i] as number);
    while (tail > head && sign * (values[queue[tail - 1] as number] as number) <= value) tail -= 1;
    queue[tail] = i;
    tail += 1;
    if ((queue[head] as number) <= i - period) head += 1;
    if (i >= first + enough - 1) visit(i, queue[head] as number);
  }
}
