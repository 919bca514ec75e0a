/** Higher bars out of base bars: UTC-aligned, complete or absent, gaps not filled. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactBar } from '../../../domain/market/bar-columns.ts';
import { type BarSeries, barAt, seriesFromRows, sliceSeries } from '../../../domain/market/bar-series.ts';
import { createBarJoiner } from '../../../domain/market/join-bars.ts';
import { type Resampled, resample } from '../../../domain/market/resample.ts';
import type { Bar } from '../../../schemas/market.ts';
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

describe('no higher bar is shown before it is complete', () => {
  /** Base bars of an hour with holes, some stamps off the grid, and a number of them in a higher bar. */
  const bases = fc
    .array(fc.record({ step: fc.integer({ min: 1, max: 9 }), close: fc.integer({ min: 50, max: 150 }) }), {
      minLength: 1,
      maxLength: 60,
    })
    .map((steps) => {
      let hour = 0;
      const rows = steps.map(({ step, close }, i) => {
        hour += step;
        const openTimeMs = (hour + (i % 7 === 3 ? 0.5 : 0)) * HOUR_MS;
        return { openTimeMs, open: close - 1, high: close + 2, low: close - 3, close, volume: i + 1 };
      });
      return seriesFromRows('TEST', HOUR_MS, rows);
    });
  const factors = fc.constantFrom(1, 2, 4, 6, 24);
  const shown = ({ bars }: Resampled, count: number): unknown[] =>
    Array.from({ length: count }, (_, i) => barAt(bars, i));

  it('what is known at a bar is what the bars up to it give alone, whatever comes later', () => {
    fc.assert(
      fc.property(bases, factors, (base, factor) => {
        const all = resample(base, factor);
        for (let i = 0; i < base.close.length; i += 1) {
          const known = (all.lastCompleted[i] as number) + 1;
          const alone = resample(sliceSeries(base, 0, i + 1), factor);
          expect(alone.bars.close.length).toBe(known);
          expect(shown(alone, known)).toEqual(shown(all, known));
        }
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it('a shown bar has ended at the close of the base bar with which it is shown', () => {
    fc.assert(
      fc.property(bases, factors, (base, factor) => {
        const { bars, lastCompleted } = resample(base, factor);
        lastCompleted.forEach((last, i) => {
          if (last < 0) return;
          const closedMs = (base.openTimeMs[i] as number) + HOUR_MS;
          expect((bars.openTimeMs[last] as number) + factor * HOUR_MS).toBeLessThanOrEqual(closedMs);
        });
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('exact bars that come one by one are joined into the same higher bars', () => {
    fc.assert(
      fc.property(bases, factors, (base, factor) => {
        const { bars } = resample(base, factor);
        const join = createBarJoiner(HOUR_MS, factor * HOUR_MS);
        const joined = Array.from(base.close, (_, i) => join(exactBar(base, new Map(), i))).flat();
        expect(joined).toEqual(Array.from(bars.close, (_, i) => exactBar(bars, new Map(), i)));
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('joining exact bars', () => {
  const bar = (hour: number, high: string, low: string, volume: string): Bar => ({
    openTimeMs: hour * HOUR_MS,
    open: '1.5',
    high,
    low,
    close: '1.25',
    volume,
  });

  it('loses no digit', () => {
    const join = createBarJoiner(HOUR_MS, 2 * HOUR_MS);
    expect(join(bar(4, '2.00000000000000000001', '1', '0.1'))).toEqual([]);
    expect(join(bar(5, '2', '0.99999999999999999999', '0.2'))).toEqual([
      { ...bar(4, '2.00000000000000000001', '0.99999999999999999999', '0.3') },
    ]);
  });

  it('refuses an interval that is no whole multiple', () => {
    expect(() => createBarJoiner(2 * HOUR_MS, 3 * HOUR_MS)).toThrow(RangeError);
    expect(() => createBarJoiner(2 * HOUR_MS, HOUR_MS)).toThrow(RangeError);
  });
});
