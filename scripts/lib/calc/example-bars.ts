/** Bars for examples: plain rules a reader can follow with a pencil, hourly from 2024-01-01T00:00:00Z. */
import type { BarInput } from './bars-input.ts';

/** 2024-01-01T00:00:00Z. */
export const EXAMPLE_START_MS = 1_704_067_200_000;
export const HOUR_MS = 3_600_000;

/** Bar i opens at 100 + i and closes 1 higher, without wicks, on a volume of 10. */
export const risingBars = (count: number): BarInput[] =>
  Array.from({ length: count }, (_, i) => exampleBar(i, [100 + i, 101 + i, 100 + i, 101 + i]));

/** The close goes 100, 101 … 110, back down to 100, and so on: lows of 99.5 and highs of 110.5 every 20 bars. */
export const swingingBars = (count: number): BarInput[] =>
  Array.from({ length: count }, (_, i) => {
    const close = 100 + 10 - Math.abs(10 - (i % 20));
    return exampleBar(i, [close, close + 0.5, close - 0.5, close]);
  });

/** Open, high, low, close. */
export function exampleBar(i: number, [open = 0, high = open, low = open, close = open]: readonly number[]): BarInput {
  return {
    openTimeMs: EXAMPLE_START_MS + i * HOUR_MS,
    open: String(open),
    high: String(high),
    low: String(low),
    close: String(close),
    volume: '10',
  };
}
