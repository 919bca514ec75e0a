/** Weights by covariance against published ones and quadratic programs that we did not solve. */
import { describe, expect, it } from 'vitest';
import { allocate } from '../../../domain/learning/allocate.ts';
import { correlationOf, covarianceOf, requireCovariance } from '../../../domain/learning/allocation/covariance.ts';
import { equalRiskContribution } from '../../../domain/learning/allocation/equal-risk-contribution.ts';
import { hierarchicalRiskParity, leafOrder } from '../../../domain/learning/allocation/hierarchical-risk-parity.ts';
import { inverseVariance, inverseVolatility } from '../../../domain/learning/allocation/inverse-volatility.ts';
import { minimumVariance } from '../../../domain/learning/allocation/minimum-variance.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { goldenJson } from './golden-json.ts';

type Six = {
  synthetic6: Record<string, number[]> & { returns: number[][]; cov: number[][]; hrp_leaf_order: string[] };
};
type Twenty = {
  names: string[];
  cov: number[][];
  corr: number[][];
  leaf_order: string[];
  recomputed: Record<string, number>;
};
const six = goldenJson<Six>('reference/portfolio.json')?.synthetic6 ?? null;
const twenty = goldenJson<Twenty>('reference/portfolio_hrp_pypfopt.json');

const near = (found: readonly number[], expected: readonly number[] | undefined, tolerance: number): void => {
  expect(found).toHaveLength(expected?.length ?? -1);
  found.forEach((weight, index) => {
    expect(Math.abs(weight - (expected?.[index] ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
  });
};

describe.skipIf(six === null)('six assets', () => {
  const covariance = six === null ? [] : covarianceOf(six.returns);

  it('have the covariance of their returns', () => {
    covariance.forEach((row, index) => {
      near(row, six?.cov[index], 1e-15);
    });
  });

  it('are weighted by inverse volatility, inverse variance and hierarchical risk parity', () => {
    near(inverseVolatility(covariance), six?.inverse_vol, 1e-12);
    near(inverseVariance(covariance), six?.inverse_variance, 1e-12);
    near(hierarchicalRiskParity(covariance), six?.hrp_single_linkage, 1e-9);
    expect(leafOrder(correlationOf(covariance)).map((leaf) => 'ABCDEF'[leaf])).toEqual(six?.hrp_leaf_order);
  });

  it('have least variance, free and within 5 to 40 %, and equal risk', () => {
    near(minimumVariance(covariance), six?.min_variance_long_only, 1e-4);
    near(minimumVariance(covariance, 0.05, 0.4), six?.min_variance_5_40, 1e-4);
    near(equalRiskContribution(covariance), six?.equal_risk_contribution, 1e-4);
  });
});

describe.skipIf(twenty === null)('twenty shares of PyPortfolioOpt', () => {
  it('get its published weights, in its order of leaves', () => {
    if (twenty === null) return;
    const { corr, cov, leaf_order, names, recomputed } = twenty;
    const expected = names.map((name) => recomputed[name] ?? Number.NaN);
    near(hierarchicalRiskParity(cov, corr), expected, 1e-9);
    expect(leafOrder(corr).map((leaf) => names[leaf])).toEqual(leaf_order);
  });
});

describe('weights by covariance', () => {
  it('have equal risk when each bears the same part of the variance', () => {
    const covariance = [
      [0.04, 0.006, 0],
      [0.006, 0.09, -0.01],
      [0, -0.01, 0.01],
    ];
    const weights = equalRiskContribution(covariance);
    const parts = weights.map(
      (weight, i) => weight * (covariance[i] ?? []).reduce((s, c, j) => s + c * (weights[j] ?? 0), 0),
    );
    for (const part of parts) expect(part / (parts[0] ?? 1)).toBeCloseTo(1, 9);
  });

  it('are refused bounds that no weights keep, and what is no covariance', () => {
    expect(() =>
      minimumVariance(
        [
          [1, 0],
          [0, 1],
        ],
        0,
        0.4,
      ),
    ).toThrow(InvalidInput);
    expect(() =>
      requireCovariance([
        [1, 2],
        [3, 1],
      ]),
    ).toThrow(InvalidInput);
    expect(() =>
      requireCovariance([
        [1, 0],
        [0, 0],
      ]),
    ).toThrow(InvalidInput);
    expect(() => covarianceOf([[1, 2]])).toThrow(InvalidInput);
  });

  it('are refused of what no returns can have, and not of returns that move as one or against each other', () => {
    const alike = (value: number, count: number) =>
      Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_one, j) => (i === j ? 1 : value)));
    for (const matrix of [alike(-2, 2), alike(1.001, 3), alike(-0.9, 4)]) {
      expect(() => requireCovariance(matrix)).toThrow('a covariance that returns can have');
    }
    for (const matrix of [alike(1, 5), alike(-1, 2), alike(-0.5, 3), alike(0.3, 40)]) requireCovariance(matrix);
    const days = Array.from({ length: 6 }, (_, day) =>
      Array.from({ length: 30 }, (_one, k) => Math.cos(day * k + day)),
    );
    requireCovariance(covarianceOf(days));
  });
});

describe('scores', () => {
  it('are projected as they are: what lies apart by more than the bounds is at the bounds', () => {
    const round = (scores: number[]) =>
      allocate(scores, { minFraction: 0.05, maxFraction: 0.4, cashAllowed: true }).weights.map((w) =>
        Number(w.toFixed(12)),
      );
    expect(round([0.9, 0.6, 0.1, 0.05])).toEqual([0.4, 0.4, 0.125, 0.075]);
    expect(round([2.6, 2, 1.1, 0.4, 0.2, -0.3])).toEqual([0.4, 0.4, 0.05, 0.05, 0.05, 0.05]);
    expect(round([1e300, 0, 0, 0])).toEqual([0.4, 0.2, 0.2, 0.2]);
  });
});
