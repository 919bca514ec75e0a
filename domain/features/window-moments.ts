/**
 * Sums, means and deviations of the last `period` values, in O(n) without a running subtraction, so nothing drifts.
 * The series is cut into blocks of `period`; each window is the tail of one block plus the head of the next.
 * Deviations are taken from the value that both parts share, so a window of equal values has deviation exactly 0.
 */
import { firstKnown, outputColumn, requirePeriod } from './kernel.ts';

/** Called once a bar, with sums of (x - anchor) and (x - anchor)² over the window that ends at `index`. */
type Visit = (index: number, anchor: number, sum: number, sumOfSquares: number) => void;

function visitWindows(values: Float64Array, period: number, visit: Visit): void {
  const first = firstKnown(values);
  const tail = new Float64Array(period);
  const tailSquares = new Float64Array(period);
  for (let start = first; start < values.length; start += period) {
    const anchor = values[start] as number;
    if (start > first) fillTail(values, start, anchor, tail, tailSquares);
    let sum = 0;
    let squares = 0;
    const end = Math.min(start + period, values.length);
    for (let i = start; i < end; i += 1) {
      const distance = (values[i] as number) - anchor;
      sum += distance;
      squares += distance * distance;
      const missing = start + period - 1 - i;
      if (start === first && missing > 0) continue;
      visit(i, anchor, sum + (tail[missing] as number), squares + (tailSquares[missing] as number));
    }
  }
}

/** `tail[k]` = sum over the k values before `start` of their distance from the anchor, `squares[k]` of its square. */
export function fillTail(
  values: Float64Array,
  start: number,
  anchor: number,
  tail: Float64Array,
  squares: Float64Array,
): void {
  for (let k = 1; k < tail.length; k += 1) {
    const distance = (values[start - k] as number) - anchor;
    tail[k] = (tail[k - 1] as number) + distance;
    squares[k] = (squares[k - 1] as number) + distance * distance;
  }
}

/** Mean of the last `period` values; first at index period - 1. */
export function windowMean(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length, out);
  visitWindows(values, period, (i, anchor, sum) => {
    column[i] = anchor + sum / period;
  });
  return column;
}

/**
 * Sum of the last `period` values; first at index period - 1. Exactly 0
 * when, and only when, all terms of one sign are 0.
 */
export function windowSum(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length, out);
  const first = firstKnown(values);
  const tail = new Float64Array(period);
  for (let start = first; start < values.length; start += period) {
    for (let k = 1; start > first && k < period; k += 1)
      tail[k] = (tail[k - 1] as number) + (values[start - k] as number);
    let sum = 0;
    const end = Math.min(start + period, values.length);
    for (let i = start; i < end; i += 1) {
      sum += values[i] as number;
      const missing = start + period - 1 - i;
      if (start > first || missing === 0) column[i] = sum + (tail[missing] as number);
    }
  }
  return column;
}

/** Standard deviation of the last `period` values; divisor period (population) or period - 1 (sample). */
export function windowDeviation(
  values: Float64Array,
  period: number,
  kind: 'population' | 'sample',
  out?: Float64Array,
): Float64Array {
  requirePeriod('period', period, kind === 'sample' ? 2 : 1);
  const column = outputColumn(values.length, out);
  const divisor = kind === 'sample' ? period - 1 : period;
  visitWindows(values, period, (i, _anchor, sum, squares) => {
    column[i] = Math.sqrt(Math.max(0, squares - (sum * sum) / period) / divisor);
  });
  return column;
}

/** (x - mean) / population deviation over the last `period` values including x; NaN where the deviation is 0. */
export function windowZScore(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length, out);
  visitWindows(values, period, (i, anchor, sum, squares) => {
    const deviation = Math.sqrt(Math.max(0, squares - (sum * sum) / period) / period);
    if (deviation > 0) column[i] = ((values[i] as number) - anchor - sum / period) / deviation;
  });
  return column;
}
