/** The test of a pair: against numbers of statsmodels, and on many pairs of which the truth is known. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cointegration } from '../../../domain/signals/cointegration.ts';
import { criticalValues, pValueOf } from '../../../domain/signals/mackinnon.ts';
import { independentWalks, type Prices, tiedWalks } from './pair-prices.ts';

type Reference = {
  readonly kind: 'independent' | 'tied';
  readonly seed: number;
  readonly count: number;
  readonly slope: number;
  readonly rho: number;
} & Record<'firstA' | 'lastB' | 'hedgeRatio' | 'intercept' | 'adf' | 'pValue' | 'fivePercent' | 'tenPercent', number>;

const reference = JSON.parse(readFileSync(new URL('../../fixtures/engle-granger.json', import.meta.url), 'utf8')) as {
  readonly pairs: readonly Reference[];
  readonly pValues: readonly (readonly [number, number])[];
};

const pricesOf = ({ kind, seed, count, slope, rho }: Reference): Prices =>
  kind === 'tied' ? tiedWalks(seed, count, slope, rho) : independentWalks(seed, count);

const tested = ({ a, b }: Prices) => {
  const found = cointegration(a, b);
  if (found === null) throw new Error('nothing could be estimated');
  return found;
};

describe('beside statsmodels', () => {
  it.each(reference.pairs)('$kind $seed over $count bars: line, statistic, p-value, critical values', (expected) => {
    const prices = pricesOf(expected);
    expect(prices.a[0]).toBe(expected.firstA);
    expect(prices.b.at(-1)).toBe(expected.lastB);
    const found = tested(prices);
    const near = (got: number, wanted: number) => expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-8);
    near(found.hedgeRatio, expected.hedgeRatio);
    near(found.intercept, expected.intercept);
    near(found.adf, expected.adf);
    near(found.pValue, expected.pValue);
    near(found.criticalValues.fivePercent, expected.fivePercent);
    near(found.criticalValues.tenPercent, expected.tenPercent);
    expect(found.cointegrated).toBe(expected.adf < expected.fivePercent);
  });

  it('the p-value of any statistic', () => {
    for (const [t, p] of reference.pValues) expect(Math.abs(pValueOf(t) - p)).toBeLessThanOrEqual(1e-12 + 1e-9 * p);
  });
});

it('has the asymptotic values of MacKinnon (2010), table 2', () => {
  const values = criticalValues(Number.POSITIVE_INFINITY);
  expect(values).toEqual({ onePercent: -3.89644, fivePercent: -3.33613, tenPercent: -3.04445 });
});

it('accepts at most 8 % of 500 pairs of independent random walks, whatever the seed', () => {
  for (const first of [1, 5_001, 77_001]) {
    const accepted = Array.from({ length: 500 }, (_, n) => tested(independentWalks(first + n * 7, 250)).cointegrated);
    const count = accepted.filter(Boolean).length;
    expect(count).toBeLessThanOrEqual(40);
    expect(count).toBeGreaterThan(5);
  }
}, 60_000);

it('finds 1.70 ± 0.03 in b = 1.7 a + AR(1) noise, and accepts nearly all of such pairs', () => {
  const found = Array.from({ length: 200 }, (_, seed) => tested(tiedWalks(seed + 1, 1_000, 1.7, 0.5)));
  const inRange = found.filter((one) => Math.abs(one.hedgeRatio - 1.7) <= 0.03);
  expect(inRange.length).toBeGreaterThanOrEqual(198);
  expect(found.filter((one) => one.cointegrated).length).toBeGreaterThanOrEqual(199);
});

describe('properties', () => {
  it('a p below 5 % goes with every accepted pair, and scale and level of the prices do not matter', () => {
    const scale = fc.double({ min: 1e-4, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.boolean(),
        scale,
        fc.double({ min: 0, max: 50, noNaN: true }),
        (seed, tied, k, up) => {
          const prices = tied ? tiedWalks(seed, 120) : independentWalks(seed, 120);
          const found = tested(prices);
          if (found.cointegrated) expect(found.pValue).toBeLessThan(0.05);
          const moved = tested({ a: prices.a.map((x) => k * (x + up)), b: prices.b.map((x) => k * x) });
          expect(moved.hedgeRatio).toBeCloseTo(found.hedgeRatio, 6);
          expect(moved.adf).toBeCloseTo(found.adf, 6);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('says nothing where a price never moves or the two are one', () => {
    const { a } = independentWalks(1, 60);
    expect(
      cointegration(
        a.map(() => 100),
        a,
      ),
    ).toBeNull();
    expect(
      cointegration(
        a,
        a.map((x) => 1.7 * x + 3),
      ),
    ).toBeNull();
    expect(() => cointegration(a, a.subarray(1))).toThrow(RangeError);
    expect(() => cointegration(a.subarray(0, 19), a.subarray(0, 19))).toThrow('at least 20 bars');
  });
});
