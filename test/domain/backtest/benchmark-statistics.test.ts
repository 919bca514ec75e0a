/** Alpha, beta and correlation by hand, by empyrical's own regression cases, and by an independent line fit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchmarkFigures } from '../../../domain/backtest/benchmark-statistics.ts';

const MIXED = [Number.NaN, 0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1];
const BENCHMARK = [0, 0.01, 0, 0.01, 0, 0.01, 0, 0.01, 0];

describe('benchmarkFigures', () => {
  it('has alpha 0 and beta 1 against itself, beta -1 against its mirror (empyrical: test_alpha_beta)', () => {
    expect(benchmarkFigures(MIXED, MIXED, 252)).toMatchObject({
      alpha: expect.closeTo(0, 12),
      beta: expect.closeTo(1, 12),
      correlation: expect.closeTo(1, 12),
    });
    const mirror = MIXED.map((value) => -value);
    expect(benchmarkFigures(MIXED, mirror, 252)).toMatchObject({
      alpha: expect.closeTo(0, 12),
      beta: expect.closeTo(-1, 12),
      correlation: expect.closeTo(-1, 12),
    });
  });

  it('is the line of least squares: intercept 1 % a period compounds to alpha, the slope is beta', () => {
    const market = [0.02, -0.01, 0.03, 0, -0.02];
    const own = market.map((value) => 0.01 + 1.5 * value);
    const figures = benchmarkFigures(own, market, 12);
    expect(figures.beta).toBeCloseTo(1.5, 12);
    expect(figures.alpha).toBeCloseTo(1.01 ** 12 - 1, 12);
  });

  it('leaves out periods in which one side is missing', () => {
    const known = benchmarkFigures(MIXED.slice(1), BENCHMARK.slice(1), 252);
    expect(benchmarkFigures(MIXED, BENCHMARK, 252)).toMatchObject({ alpha: known.alpha, beta: known.beta });
  });

  it('is null, never NaN, without a spread of the benchmark or with fewer than two periods', () => {
    const flat = { alpha: null, beta: null, correlation: null };
    expect(benchmarkFigures([0.01, 0.02], [0.01, 0.01], 252)).toMatchObject(flat);
    expect(benchmarkFigures([0.01], [0.02], 252)).toMatchObject({ ...flat, excessSharpe: null });
    expect(benchmarkFigures([], [], 252)).toEqual({ ...flat, benchmarkAnnualReturnFraction: null, excessSharpe: null });
    expect(() => benchmarkFigures([0.01], [], 252)).toThrow('got 0 returns, expected 1');
  });

  it('keeps alpha and doubles nothing but beta when the strategy is levered against its own benchmark', () => {
    const returns = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(returns, (market) => {
        const spread = Math.max(...market) - Math.min(...market);
        fc.pre(spread > 1e-3);
        const figures = benchmarkFigures(
          market.map((value) => 2 * value),
          market,
          365,
        );
        expect(figures.beta).toBeCloseTo(2, 9);
        expect(figures.alpha).toBeCloseTo(0, 9);
      }),
    );
  });
});
