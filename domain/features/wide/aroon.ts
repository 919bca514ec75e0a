/**
 * Aroon (Chande 1995): how recent the highest high and the lowest low of the last `period` bars are, 0 to 100.
 * up = 100 · (period - bars since the highest high of period + 1 bars) / period; down alike; oscillator = up - down,
 * -100 to 100. The later of two equal highs counts, so a market without range has up = down = 100.
 */
import type { BarColumns } from '../kernel.ts';
import { barsSinceExtreme } from './window-extremes.ts';

export type AroonColumns = {
  readonly up: Float64Array;
  readonly down: Float64Array;
  readonly oscillator: Float64Array;
};

/**
 * Warm-up: first value at index `period`; with `partialFirst` (R's TTR) one bar earlier, out of the `period` bars
 * there are.
 * @throws RangeError for a period below 1
 */
export function aroon({ high, low }: BarColumns, period: number, partialFirst: boolean): AroonColumns {
  const recency = (bars: number): number => (100 * (period - bars)) / period;
  const enough = partialFirst ? period : period + 1;
  const up = barsSinceExtreme(high, period + 1, 1, enough).map(recency);
  const down = barsSinceExtreme(low, period + 1, -1, enough).map(recency);
  return { up, down, oscillator: up.map((value, i) => value - (down[i] as number)) };
}
