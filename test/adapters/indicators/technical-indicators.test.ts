/** The wider set: stated warm-ups, units, no look-ahead, hand-checkable values and patterns. */
import { describe, expect, it } from 'vitest';
import { slowStochastic, wideIndicators } from '../../../adapters/indicators/technical-indicators.ts';
import { firstKnown } from '../../../domain/features/kernel.ts';
import { seriesFromRows, sliceSeries } from '../../../domain/market/bar-series.ts';
import { bytesBefore, HOUR_MS, randomBars } from '../../domain/features/random-bars.ts';

const bars = randomBars(200, 5);

/** Bars out of [open, high, low, close]. */
const candles = (...rows: readonly (readonly [number, number, number, number])[]) =>
  seriesFromRows(
    'TEST',
    HOUR_MS,
    rows.map(([open, high, low, close], i) => ({ openTimeMs: i * HOUR_MS, open, high, low, close, volume: 1 })),
  );

describe('the wider set', () => {
  it('has no value before its stated warm-up and all of them from there on, for any count of bars', () => {
    for (const count of [0, 1, 14, 51, 52, 200]) {
      for (const [name, { values, warmupBars }] of Object.entries(wideIndicators(sliceSeries(bars, 0, count)))) {
        expect({ name, count, length: values.length }).toEqual({ name, count, length: count });
        expect({ name, count, first: firstKnown(values) }).toEqual({
          name,
          count,
          first: Math.min(count, warmupBars - 1),
        });
        expect({ name, gaps: values.subarray(firstKnown(values)).some(Number.isNaN) }).toEqual({ name, gaps: false });
      }
    }
  });

  it('does not look ahead: the first 120 values do not depend on the bars after them', () => {
    const whole = wideIndicators(bars);
    const cut = wideIndicators(sliceSeries(bars, 0, 120));
    for (const [name, { values }] of Object.entries(cut)) {
      const same = Object.entries(whole).find(([other]) => other === name)?.[1].values ?? new Float64Array();
      expect({ name, bytes: bytesBefore(same, 120) }).toEqual({ name, bytes: bytesBefore(values, 120) });
    }
  });

  it('keeps its units: 0 to 100 for stochastic and MFI, -100 to 0 for Williams %R', () => {
    const wide = wideIndicators(bars);
    for (const name of ['stochasticK', 'stochasticD', 'mfi'] as const) {
      const known = wide[name].values.filter((value) => !Number.isNaN(value));
      expect(known.every((value) => value >= 0 && value <= 100)).toBe(true);
    }
    const williams = wide.williamsR.values.filter((value) => !Number.isNaN(value));
    expect(williams.every((value) => value >= -100 && value <= 0)).toBe(true);
  });

  it('a close in the middle of a constant range has stochastic 50', () => {
    const flat = candles(...Array.from({ length: 8 }, () => [100, 110, 90, 100] as const));
    const { k, d } = slowStochastic(flat, 5, 3, 2);
    expect([...k].map(String)).toEqual(['NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', '50', '50']);
    expect([...d].map(String)).toEqual(['NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', '50']);
  });
});

describe('candlestick patterns', () => {
  it('a rise that swallows the fall before it is a bullish engulfing, its mirror image a bearish one', () => {
    const up = wideIndicators(candles([105, 106, 99, 100], [99, 108, 98, 107]));
    expect([...up.bullishEngulfing.values]).toEqual([Number.NaN, 1]);
    expect(up.bearishEngulfing.values[1]).toBe(0);
    const down = wideIndicators(candles([100, 106, 99, 105], [106, 107, 97, 98]));
    expect([down.bullishEngulfing.values[1], down.bearishEngulfing.values[1]]).toEqual([0, 1]);
  });

  it('three rising bodies, each opening within the one before, are three white soldiers at the third', () => {
    const wide = wideIndicators(candles([100, 106, 99, 105], [103, 111, 102, 110], [108, 116, 107, 115]));
    expect([...wide.threeWhiteSoldiers.values]).toEqual([Number.NaN, Number.NaN, 1]);
  });

  it('an open equal to the close between two wicks is a doji, a full body is none', () => {
    const wide = wideIndicators(candles([100, 105, 95, 100], [100, 110, 99, 109]));
    expect([...wide.doji.values]).toEqual([1, 0]);
  });
});
