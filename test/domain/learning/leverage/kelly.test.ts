/** Kelly's fraction against closed forms, and what is traded of it when the edge is uncertain. */
import { describe, expect, it } from 'vitest';
import {
  binaryGrowth,
  binaryKelly,
  binaryKellyLower,
  continuousGrowth,
  continuousKelly,
  continuousKellyLower,
  growthShare,
  tradedKelly,
  winProbabilityLower,
} from '../../../../domain/learning/leverage/kelly.ts';
import { goldenJson } from '../golden-json.ts';

type Golden = {
  kelly_binary: { cases: { p: number; win: number; loss: number; f: number; growth_at_f: number }[] };
  kelly_continuous: {
    cases: { mu: number; sigma: number; r: number; f: number; growth: number }[];
    fractions: { c: number; share_of_excess_growth: number }[];
  };
};
const golden = goldenJson<Golden>('own/closed_form.json');

describe.skipIf(golden === null)('closed forms', () => {
  it('bets with two outcomes', () => {
    for (const { p, win, loss, f, growth_at_f } of golden?.kelly_binary.cases ?? []) {
      const edge = { winProbability: p, win, loss };
      expect(binaryKelly(edge)).toBeCloseTo(f, 12);
      if (f > 0) expect(binaryGrowth(edge, f)).toBeCloseTo(growth_at_f, 12);
    }
  });

  it('continuous returns, and the growth that a share of Kelly keeps', () => {
    for (const { mu, sigma, r, f, growth } of golden?.kelly_continuous.cases ?? []) {
      const edge = { mean: mu, standardDeviation: sigma, riskFreeRate: r };
      expect(continuousKelly(edge)).toBeCloseTo(f, 12);
      expect(continuousGrowth(edge, f)).toBeCloseTo(growth, 12);
    }
    for (const { c, share_of_excess_growth } of golden?.kelly_continuous.fractions ?? []) {
      expect(growthShare(c)).toBeCloseTo(share_of_excess_growth, 12);
    }
  });
});

describe('what is traded', () => {
  const coin = { winProbability: 0.51, win: 1, loss: 1 };

  it('grows where nothing can be lost, also with all of it at stake', () => {
    expect(binaryGrowth({ winProbability: 1, win: 1, loss: 1 }, 1)).toBeCloseTo(Math.LN2, 15);
    expect(binaryGrowth({ winProbability: 0, win: 1, loss: 1 }, 1)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is half of Kelly at most, and nothing of no edge', () => {
    expect(tradedKelly(binaryKelly(coin))).toBeCloseTo(0.01, 12);
    expect(tradedKelly(0.4, 0.9)).toBeCloseTo(0.2, 12);
    expect(tradedKelly(0)).toBe(0);
    expect(tradedKelly(-0.3)).toBe(0);
    expect(tradedKelly(Number.NaN)).toBe(0);
  });

  it('takes the lower bound of an edge that was measured', () => {
    // Wilson, one-sided 95 %: 60 wins of 100 are at least 51.8 %.
    expect(winProbabilityLower({ winProbability: 0.6, win: 1, loss: 1, trades: 100 })).toBeCloseTo(0.5178, 4);
    expect(binaryKellyLower({ winProbability: 0.55, win: 1, loss: 1, trades: 50 })).toBeLessThan(0);
    expect(binaryKellyLower({ winProbability: 1, win: 1, loss: 1, trades: 0 })).toBeLessThanOrEqual(0);
    const edge = { mean: 0.01, standardDeviation: 0.1, riskFreeRate: 0 };
    expect(continuousKellyLower({ ...edge, observations: 100 })).toBeCloseTo((0.01 - 0.0164485) / 0.01, 3);
    expect(continuousKellyLower(edge)).toBe(continuousKelly(edge));
  });

  it('has no answer without a win or a loss', () => {
    expect(() => binaryKelly({ ...coin, loss: 0 })).toThrow(RangeError);
    expect(() => continuousKelly({ mean: 1, standardDeviation: 0, riskFreeRate: 0 })).toThrow(RangeError);
  });
});
