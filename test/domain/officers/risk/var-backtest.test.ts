/** Kupiec, Christoffersen and the Basel zones: MathWorks' documented numbers and closed forms. */
import { describe, expect, it } from 'vitest';
import { trafficLight } from '../../../../domain/officers/risk/traffic-light.ts';
import {
  conditionalCoverageTest,
  independenceTest,
  kupiecTest,
  transitionsOf,
} from '../../../../domain/officers/risk/var-backtest.ts';
import { fixtureJson } from '../../learning/golden-json.ts';

type Golden = {
  readonly kupiec: readonly { n: number; x: number; p: number; lr: number; pvalue?: number }[];
  readonly christoffersen: readonly {
    n00: number;
    n01: number;
    n10: number;
    n11: number;
    lr_ind: number;
    p_ind?: number;
    lr_cc?: number;
    p_cc?: number;
  }[];
  readonly acceptance_region_95: readonly { p: number; n: number; min_failures: number; max_failures: number }[];
  readonly basel_traffic_light: {
    readonly n: number;
    readonly p: number;
    readonly cumulative_probability_percent: Readonly<Record<string, number>>;
  };
};
const golden = fixtureJson<Golden>('var_backtests.json');
const TOLERANCE = 5e-5;
const near = (ours: number, theirs: number | undefined) =>
  expect(Math.abs(ours - (theirs ?? ours))).toBeLessThan(TOLERANCE);

describe('Kupiec', () => {
  it.each(golden.kupiec)('$x exceptions of $n at $p', ({ n, x, p, lr, pvalue }) => {
    const test = kupiecTest(n, x, 1 - p);
    near(test.likelihoodRatio, lr);
    near(test.pValue, pvalue);
  });

  it.each(golden.acceptance_region_95)(
    'accepts $min_failures to $max_failures of $n at $p, and no others',
    (region) => {
      const { p, n, min_failures: from, max_failures: to } = region;
      const accepted = [from - 1, from, to, to + 1].map((x) => kupiecTest(n, x, 1 - p).accepted);
      expect(accepted).toEqual([false, true, true, false]);
    },
  );

  it('works when every day is an exception, and refuses more exceptions than days', () => {
    expect(kupiecTest(3, 3, 0.5).likelihoodRatio).toBeCloseTo(-2 * 3 * Math.log(0.5), 12);
    expect(() => kupiecTest(3, 4, 0.95)).toThrow(/4 exceptions of 3/);
  });
});

describe('Christoffersen', () => {
  it.each(golden.christoffersen)('$n00 / $n01 / $n10 / $n11', ({ lr_ind, p_ind, lr_cc, p_cc, ...transitions }) => {
    const independence = independenceTest(transitions);
    near(independence.likelihoodRatio, lr_ind);
    near(independence.pValue, p_ind);
    const both = conditionalCoverageTest(kupiecTest(1_043, 57, 0.95), independence);
    if (lr_cc !== undefined) near(both.likelihoodRatio, lr_cc);
    if (p_cc !== undefined) near(both.pValue, p_cc);
  });

  it('252 days, 20 exceptions, 6 of them on the day after another: 3.91, 9.53, 13.44', () => {
    const coverage = kupiecTest(252, 20, 0.95);
    const independence = independenceTest({ n00: 218, n01: 14, n10: 14, n11: 6 });
    const both = conditionalCoverageTest(coverage, independence);
    expect([coverage, independence, both].map((one) => Number(one.likelihoodRatio.toFixed(2)))).toEqual([
      3.91, 9.53, 13.44,
    ]);
    expect([coverage, independence, both].map((one) => one.accepted)).toEqual([false, false, false]);
  });

  it('counts what follows what', () => {
    const hits = [0, 0, 1, 1, 0, 1, 0, 0].map(Boolean);
    expect(transitionsOf(hits)).toEqual({ n00: 2, n01: 2, n10: 2, n11: 1 });
    expect(transitionsOf([])).toEqual({ n00: 0, n01: 0, n10: 0, n11: 0 });
  });

  it('says nothing against a record without exceptions, or without a second day', () => {
    expect(independenceTest({ n00: 249, n01: 0, n10: 0, n11: 0 })).toEqual({
      likelihoodRatio: 0,
      pValue: 1,
      accepted: true,
    });
    expect(independenceTest({ n00: 0, n01: 0, n10: 0, n11: 0 }).accepted).toBe(true);
  });
});

describe('the Basel zones', () => {
  const { n, p, cumulative_probability_percent: percents } = golden.basel_traffic_light;

  it.each(Object.entries(percents))('%s exceptions: %s percent', (exceptions, percent) => {
    const { cumulativeProbability } = trafficLight(n, Number(exceptions), 1 - p);
    expect(Math.abs(100 * cumulativeProbability - percent)).toBeLessThanOrEqual(0.00501);
  });

  it('green to 4, yellow to 9, red from 10, each with its multiplier', () => {
    const lights = Array.from({ length: 12 }, (_none, x) => trafficLight(250, x, 0.99));
    expect(lights.map(({ zone }) => zone.slice(0, 1)).join('')).toBe('gggggyyyyyrr');
    expect(lights.map(({ multiplier }) => multiplier)).toEqual([3, 3, 3, 3, 3, 3.4, 3.5, 3.65, 3.75, 3.85, 4, 4]);
  });

  it('other records have a zone of their own, but no multiplier', () => {
    expect(trafficLight(250, 5, 0.95)).toMatchObject({ zone: 'green', multiplier: null });
    expect(trafficLight(100_000, 1_300, 0.99)).toMatchObject({ zone: 'red', multiplier: null });
    expect(trafficLight(100_000, 1_000, 0.99).cumulativeProbability).toBeCloseTo(0.508, 2);
  });
});
