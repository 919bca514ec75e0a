/** Higher bars out of base bars: UTC-aligned, complete or absent, gaps not filled. */
import { describe, expect, it } from 'vitest';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { resample } from '../../../domain/market/resample.ts';
import { HOUR_MS } from '../features/random-bars.ts';

/** Hourly bars at the given hours since 1970; close = hour, high = hour + 0.5, low = hour - 0.5, volume 1. */
const hourly = (hours: readonly number[]): BarSeries =>
  seriesFromRows(
    'TEST',
    HOUR_MS,
    hours.map((hour) => ({
      openTimeMs: hour * HOUR_MS,
      open: hour - 0.25,
      high: hour + 0.5,
      low: hour - 0.5,
      close: hour,
      volume: 1,
    })),
  );

describe('resample', () => {
  it('four hourly bars make one four-hour bar, known at the close of the fourth', () => {
    const { bars, lastCompleted } = resample(hourly([0, 1, 2, 3, 4, 5, 6, 7, 8]), 4);
    expect([...lastCompleted]).toEqual([-1, -1, -1, 0, 0, 0, 0, 1, 1]);
    expect(bars.intervalMs).toBe(4 * HOUR_MS);
    expect([...bars.openTimeMs]).toEqual([0, 4 * HOUR_MS]);
    expect([bars.open[1], bars.high[1], bars.low[1], bars.close[1], bars.volume[1]]).toEqual([3.75, 7.5, 3.5, 7, 4]);
  });

  it('buckets stand on the UTC grid: a series that starts at 22:00 completes its first day two bars later', () => {
    const { bars, lastCompleted } = resample(hourly([22, 23, 24, 25]), 24);
    expect([...lastCompleted]).toEqual([-1, 0, 0, 0]);
    expect(bars.volume[0]).toBe(2);
  });

  it('a bucket that lost its last bars is complete when the next bar comes, and empty buckets do not exist', () => {
    const { bars, lastCompleted } = resample(hourly([0, 1, 13, 14, 15, 16]), 4);
    expect([...lastCompleted]).toEqual([-1, -1, 0, 0, 1, 1]);
    expect([...bars.openTimeMs]).toEqual([0, 12 * HOUR_MS]);
    expect([...bars.volume]).toEqual([2, 3]);
  });

  it('a late stamp off the grid cannot change a higher bar that was already known', () => {
    const base = hourly([0, 1, 2, 3]);
    base.openTimeMs.set([0, HOUR_MS, 3.2 * HOUR_MS, 3.9 * HOUR_MS]);
    const { bars, lastCompleted } = resample(base, 4);
    expect([...lastCompleted]).toEqual([-1, -1, 0, 0]);
    expect(bars.close[0]).toBe(2);
  });

  it('factor 1 gives the bars themselves, and a factor below 1 is refused', () => {
    const base = hourly([5, 6, 9]);
    expect(resample(base, 1).bars.close).toEqual(base.close);
    expect([...resample(base, 1).lastCompleted]).toEqual([0, 1, 2]);
    expect(() => resample(base, 0)).toThrow(RangeError);
  });
});
