/** Properties of all strategies: no look into the future; momentum and mean reversion mirror with the price. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernels } from '../../../domain/features/kernels.ts';
import { type BarSeries, seriesFromRows, sliceSeries } from '../../../domain/market/bar-series.ts';
import { parseStrategyParameters, strategyRules } from '../../../domain/signals/catalogue.ts';
import type { StrategySignal } from '../../../domain/signals/strategy.ts';
import { SINGLE_STRATEGY_TYPES, type SingleStrategyType } from '../../../schemas/signals.ts';
import { HOUR_MS, randomRows } from '../features/random-bars.ts';

function signalsOf(type: SingleStrategyType, bars: BarSeries, raw: unknown = {}): StrategySignal[] {
  const rules = strategyRules(type);
  const p = parseStrategyParameters(type, raw);
  const columns = rules.prepare(bars, p, kernels());
  return Array.from(bars.close, (_, i) => rules.signal({ i, bars, columns, p }));
}

/** p' = k / p with high and low exchanged. */
const mirrored = (bars: BarSeries, k: number): BarSeries => ({
  ...bars,
  open: bars.open.map((price) => k / price),
  high: bars.low.map((price) => k / price),
  low: bars.high.map((price) => k / price),
  close: bars.close.map((price) => k / price),
});

const seriesOf = (count: number, seed: number, step: number): BarSeries =>
  seriesFromRows('TEST', HOUR_MS, randomRows(count, seed, step));

describe('no signal looks ahead', () => {
  it.each(SINGLE_STRATEGY_TYPES)(
    '%s: cutting or changing the bars after t leaves every signal up to t as it was',
    (type) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 298 }), fc.integer({ min: 1, max: 1e6 }), (t, seed) => {
          const bars = seriesOf(300, seed, 0.02);
          const changed = sliceSeries(bars, 0, 300);
          const other = { ...changed, close: bars.close.map((price, i) => (i > t ? price * 1.7 : price)) };
          const now = JSON.stringify(signalsOf(type, bars).slice(0, t + 1));
          expect(JSON.stringify(signalsOf(type, sliceSeries(bars, 0, t + 1)))).toBe(now);
          expect(JSON.stringify(signalsOf(type, other).slice(0, t + 1))).toBe(now);
        }),
        { numRuns: 25, seed: 7 },
      );
    },
  );
});

describe('mirrored prices', () => {
  it.each(['momentum', 'meanReversion'] as const)('%s mirrors side and exits, with equal confidence', (type) => {
    let entries = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.integer({ min: 3, max: 60 }),
        fc.double({ min: 0.004, max: 0.05, noNaN: true }),
        (seed, k, lookback, step) => {
          const bars = seriesOf(400, seed, step);
          const there = signalsOf(type, bars, { lookback });
          const back = signalsOf(type, mirrored(bars, k), { lookback });
          const turned = there.map((one) => [0 - one.side, one.exitShort, one.exitLong]);
          expect(back.map((one) => [one.side, one.exitLong, one.exitShort])).toEqual(turned);
          const apart = there.map((one, i) => Math.abs(one.confidence - (back[i]?.confidence ?? Number.NaN)));
          expect(Math.max(...apart)).toBeLessThanOrEqual(1e-12);
          entries += there.filter((one) => one.side !== 0).length;
        },
      ),
      { numRuns: 60, seed: 7 },
    );
    expect(entries).toBeGreaterThan(500);
  });
});
