/**
 * Higher bars out of base bars with exact decimals, one base bar after the other: the same buckets as resample.ts,
 * aligned to UTC, and a bar is given out only once it is complete. The bucket at work at the end is never given out.
 */
import type { Bar } from '../../schemas/market.ts';
import { type Decimal, decimalText, toDecimal } from '../decimal.ts';

/** Takes base bars in time order and answers with the higher bars that each of them completes. */
export type BarJoiner = (bar: Bar) => readonly Bar[];

/** @throws RangeError unless the higher interval is a whole multiple of the base */
export function createBarJoiner(intervalMs: number, higherMs: number): BarJoiner {
  if (!(higherMs >= intervalMs) || higherMs % intervalMs !== 0) {
    throw new RangeError(`${higherMs} ms is no multiple of ${intervalMs} ms`);
  }
  let open: Bar | null = null;
  let completedUntilMs = Number.NEGATIVE_INFINITY;
  return (bar) => {
    const done: Bar[] = [];
    const complete = (higher: Bar): void => {
      done.push(higher);
      completedUntilMs = higher.openTimeMs + higherMs;
      open = null;
    };
    const bucketMs = Math.floor(bar.openTimeMs / higherMs) * higherMs;
    if (open !== null && open.openTimeMs !== bucketMs) complete(open);
    if (bucketMs >= completedUntilMs) open = open === null ? { ...bar, openTimeMs: bucketMs } : merge(open, bar);
    if (open !== null && bar.openTimeMs + intervalMs >= bucketMs + higherMs) complete(open);
    return done;
  };
}

const merge = (whole: Bar, next: Bar): Bar => ({
  openTimeMs: whole.openTimeMs,
  open: whole.open,
  high: decimalText(max(toDecimal(whole.high), toDecimal(next.high))),
  low: decimalText(min(toDecimal(whole.low), toDecimal(next.low))),
  close: next.close,
  volume: decimalText(toDecimal(whole.volume).plus(next.volume)),
});

const max = (a: Decimal, b: Decimal): Decimal => (a.gte(b) ? a : b);
const min = (a: Decimal, b: Decimal): Decimal => (a.lte(b) ? a : b);
