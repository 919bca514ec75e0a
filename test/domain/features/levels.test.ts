/** Levels out of pivots: when a pivot is known, what merges with what, what is forgotten. */
import { describe, expect, it } from 'vitest';
import { computeLevels, LEVEL_MEMORY_BARS, levelsOf } from '../../../domain/features/levels.ts';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { HOUR_MS } from './random-bars.ts';

/** Bars around 100 with highs at 101 and lows at 99, except where told. */
function barsWith(count: number, highs: Record<number, number>, lows: Record<number, number>): BarSeries {
  return seriesFromRows(
    'TEST',
    HOUR_MS,
    Array.from({ length: count }, (_, i) => ({
      openTimeMs: i * HOUR_MS,
      open: 100,
      high: highs[i] ?? 101,
      low: lows[i] ?? 99,
      close: 100,
      volume: 1,
    })),
  );
}

const levelsAfter = (bars: BarSeries, atr: number, i = bars.close.length - 1) =>
  levelsOf(computeLevels(bars, new Float64Array(bars.close.length).fill(atr)), i);

describe('pivots', () => {
  it('a high above five bars on both sides is a resistance, known five bars later and not before', () => {
    const bars = barsWith(40, { 20: 110 }, {});
    expect(levelsAfter(bars, 1, 24)).toEqual([]);
    expect(levelsAfter(bars, 1, 25)).toEqual([
      { kind: 'resistance', price: 110, touchCount: 1, firstTouchMs: 20 * HOUR_MS, lastTouchMs: 20 * HOUR_MS },
    ]);
  });

  it('a low below five bars on both sides is a support', () => {
    expect(levelsAfter(barsWith(40, {}, { 12: 90 }), 1)).toMatchObject([{ kind: 'support', price: 90, touchCount: 1 }]);
  });

  it('a high with a higher one within five bars is no pivot, and one six bars away is', () => {
    expect(levelsAfter(barsWith(60, { 20: 110, 24: 120 }, {}), 1)).toMatchObject([{ price: 120 }]);
    expect(levelsAfter(barsWith(60, { 20: 110, 26: 120 }, {}), 1)).toMatchObject([{ price: 110 }, { price: 120 }]);
  });

  it('of two equal highs next to each other the first is the pivot', () => {
    expect(levelsAfter(barsWith(40, { 20: 110, 21: 110 }, {}), 1)).toMatchObject([
      { price: 110, touchCount: 1, firstTouchMs: 20 * HOUR_MS },
    ]);
  });

  it('the first and the last five bars of a series hold no pivot', () => {
    expect(levelsAfter(barsWith(30, { 4: 110, 25: 120 }, {}), 1)).toEqual([]);
    expect(levelsAfter(barsWith(31, { 5: 110, 25: 120 }, {}), 1)).toHaveLength(2);
  });
});

describe('merging', () => {
  it('pivots within half an ATR are touches of one level at their mean, with first and last touch', () => {
    expect(levelsAfter(barsWith(80, { 20: 110, 40: 110.5, 60: 110.4 }, {}), 1)).toEqual([
      {
        kind: 'resistance',
        price: expect.closeTo((110 + 110.5 + 110.4) / 3, 10),
        touchCount: 3,
        firstTouchMs: 20 * HOUR_MS,
        lastTouchMs: 60 * HOUR_MS,
      },
    ]);
  });

  it('pivots further apart than half an ATR are two levels, lowest first', () => {
    expect(levelsAfter(barsWith(80, { 20: 110.51, 40: 110 }, {}), 1)).toMatchObject([
      { price: 110 },
      { price: 110.51 },
    ]);
  });

  it('a support and a resistance at one price stay two levels', () => {
    const bars = barsWith(80, { 20: 102 }, { 40: 98 });
    expect(levelsAfter(bars, 100).map(({ kind }) => kind)).toEqual(['support', 'resistance']);
  });

  it('a level is forgotten when nothing has touched it for a thousand bars', () => {
    const bars = barsWith(LEVEL_MEMORY_BARS + 100, { 20: 110 }, {});
    expect(levelsAfter(bars, 1, 25 + LEVEL_MEMORY_BARS)).toHaveLength(1);
    expect(levelsAfter(bars, 1, 26 + LEVEL_MEMORY_BARS)).toHaveLength(0);
  });
});
