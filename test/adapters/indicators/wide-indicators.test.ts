/** The wider set asked by name: warm-ups, bounds, refusals, and the last values of all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computeWideIndicator,
  latestWideIndicators,
  wideIndicatorFacts,
  wideIndicators,
} from '../../../adapters/indicators/wide-indicators.ts';
import { firstKnown } from '../../../domain/features/kernel.ts';
import { highest, lowest } from '../../../domain/features/wide/window-extremes.ts';
import { seriesFromRows, sliceSeries } from '../../../domain/market/bar-series.ts';
import { WIDE_INDICATOR_NAMES } from '../../../schemas/wide-indicators.ts';
import { HOUR_MS, randomBars } from '../../domain/features/random-bars.ts';
import { problemsOf } from '../../problems-of.ts';
import { wideColumns } from './wide-columns.ts';

const bars = randomBars(200, 5);

describe('warm-up', () => {
  it.each([0, 1, 14, 51, 52, 78, 200])(
    'of %i bars each column has values from its stated warm-up on, and only then',
    (n) => {
      for (const { at, values, warmupBars } of wideColumns(sliceSeries(bars, 0, n))) {
        const first = firstKnown(values);
        expect({ at, length: values.length, first }).toEqual({ at, length: n, first: Math.min(n, warmupBars - 1) });
        expect({ at, gaps: values.subarray(first).some(Number.isNaN) }).toEqual({ at, gaps: false });
      }
    },
  );

  it.each([
    ['dema', { period: 5 }],
    ['tema', { period: 5 }],
    ['hma', { period: 30 }],
    ['kama', { period: 3, fast: 4, slow: 5 }],
    ['stochastic', { period: 5, smoothing: 1, signal: 4 }],
    ['stochasticRsi', { rsiPeriod: 3, period: 7, smoothing: 2, signal: 5 }],
    ['trix', { period: 4, signal: 6 }],
    ['kst', { changes: [1, 2, 30, 4], means: [40, 3, 2, 1], signal: 3 }],
    ['ultimateOscillator', { fast: 1, middle: 2, slow: 3 }],
    ['aroon', { period: 7, partialFirst: true }],
    ['ichimoku', { conversion: 30, base: 3, span: 4, displacement: 5 }],
    ['keltner', { period: 3, atrPeriod: 30 }],
    ['donchian', { period: 9, excludeCurrent: true }],
    ['yangZhangVolatility', { period: 2 }],
    ['chaikinOscillator', { fast: 2, slow: 3 }],
    ['parabolicSar', { rule: 'ttr', initialGap: 1 }],
    ['forceIndex', { period: 1 }],
  ])('of %s follows its parameters %j', (name, parameters) => {
    for (const [column, { values, warmupBars }] of Object.entries(computeWideIndicator(name, bars, parameters))) {
      expect({ column, first: firstKnown(values) }).toEqual({ column, first: warmupBars - 1 });
      expect(values.subarray(warmupBars - 1).some(Number.isNaN)).toBe(false);
    }
  });

  it.each(WIDE_INDICATOR_NAMES)('of %s is told without computing it', (name) => {
    const { about, columns } = wideIndicatorFacts(name);
    expect(about.length).toBeGreaterThan(10);
    const computed = Object.entries(computeWideIndicator(name, bars)).map(([column, { values: _, ...facts }]) => [
      column,
      facts,
    ]);
    expect(columns).toEqual(Object.fromEntries(computed));
  });
});

describe('bounds and windows', () => {
  it('percent columns lie between 0 and 100, Williams %R between -100 and 0, money flow between -1 and 1', () => {
    for (const { at, unit, values } of wideColumns(randomBars(400, 8))) {
      const [low, high] = at === 'williamsR.williamsR' ? [-100, 0] : at === 'cmf.cmf' ? [-1, 1] : [0, 100];
      if (unit !== 'percent' && at !== 'cmf.cmf') continue;
      const outside = values.filter((value) => value < low - 1e-12 || value > high + 1e-12);
      expect({ at, outside: [...outside] }).toEqual({ at, outside: [] });
    }
  });

  it('highest and lowest are those of a plain look at each window, also among equal values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (list, n) => {
          const values = Float64Array.from(list);
          const plain = (pick: (...window: number[]) => number) =>
            list.map((_, i) => (i + 1 < n ? Number.NaN : pick(...list.slice(i + 1 - n, i + 1))));
          expect([...highest(values, n)]).toEqual(plain(Math.max));
          expect([...lowest(values, n)]).toEqual(plain(Math.min));
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('asking by name', () => {
  const mistakesOf = (run: () => unknown) => problemsOf(run).map(({ code, path, hint }) => ({ code, path, hint }));

  it('an unknown name is refused with the nearest one, wrong parameters all at once', () => {
    expect(mistakesOf(() => computeWideIndicator('stochastik', bars))).toEqual([
      { code: 'INPUT_ENUM', path: 'name', hint: 'did you mean stochastic' },
    ]);
    const asked = { step: 0, max: 2, rule: 'wilders', gap: 1 };
    expect(mistakesOf(() => computeWideIndicator('parabolicSar', bars, asked)).map((one) => one.path)).toEqual(
      expect.arrayContaining(['step', 'max', 'rule', 'gap']),
    );
    expect(mistakesOf(() => computeWideIndicator('parabolicSar', bars, { initialGap: 1 }))).toHaveLength(1);
    expect(mistakesOf(() => computeWideIndicator('yangZhangVolatility', bars, { period: 1 }))).toHaveLength(1);
  });

  it('all of them at once are the same as each alone', () => {
    const all = wideIndicators(bars);
    expect(Object.keys(all)).toEqual([...WIDE_INDICATOR_NAMES]);
    for (const name of WIDE_INDICATOR_NAMES) expect(all[name]).toEqual(computeWideIndicator(name, bars));
  });
});

describe('the last values of all', () => {
  it('are those of the bars that are complete at that instant, as plain JSON', () => {
    const latest = latestWideIndicators(bars, 120 * HOUR_MS);
    expect(latest).toMatchObject({ asOfMs: 120 * HOUR_MS, barCount: 120 });
    expect(JSON.parse(JSON.stringify(latest))).toEqual(latest);
    expect(latestWideIndicators(bars, 121 * HOUR_MS - 1)).toEqual(latest);
    expect(latestWideIndicators(sliceSeries(bars, 0, 120), 999 * HOUR_MS)).toEqual(latest);
    const { candlestickPatterns, ...measures } = wideIndicators(sliceSeries(bars, 0, 120));
    for (const [name, columns] of Object.entries(measures)) {
      for (const [column, { unit, values }] of Object.entries(columns)) {
        expect(latest.indicators[name]?.[column]).toEqual({ unit, value: values[119] });
      }
    }
    const seen = Object.entries(candlestickPatterns).filter(([, { values }]) => values[119] === 1);
    expect(latest.patterns.map(({ name }) => name)).toEqual(seen.map(([name]) => name));
  });

  it('are null before the warm-up and without a complete bar, and no pattern is seen', () => {
    const early = latestWideIndicators(bars, 10 * HOUR_MS);
    expect(early.indicators.ichimoku).toMatchObject({ conversion: { unit: 'price' }, base: { value: null } });
    expect(early.indicators.ichimoku?.conversion?.value).toBeGreaterThan(0);
    const none = latestWideIndicators(bars, HOUR_MS - 1);
    expect(none).toMatchObject({ asOfMs: null, barCount: 0, patterns: [] });
    expect(none.indicators.adl?.adl).toEqual({ unit: 'volume', value: null });
  });

  it('name the patterns of the last bar with what they point to', () => {
    const candle = (i: number, [open, high, low, close]: [number, number, number, number]) => ({
      ...{ openTimeMs: i * HOUR_MS, open, high, low, close, volume: 1 },
    });
    const engulfing = [candle(0, [105, 106, 99, 100]), candle(1, [99, 108, 98, 107])];
    const { patterns } = latestWideIndicators(seriesFromRows('TEST', HOUR_MS, engulfing), 2 * HOUR_MS);
    expect(patterns).toEqual([{ name: 'bullishEngulfing', direction: 'bullish' }]);
  });
});
