/** Overfitting by symmetric cross-validation: the published matrix, planted skill, and no skill at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilityOfOverfitting } from '../../../../domain/learning/honesty/overfitting.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { goldenJson } from '../golden-json.ts';

type Golden = { returns: number[][]; S: number; expected: Record<string, number> & Record<string, number[]> };
const golden = goldenJson<Golden>('reference/pbo_cscv_80x8.json');

describe.skipIf(golden === null)('the published 80 × 8 matrix', () => {
  const found = probabilityOfOverfitting(golden?.returns ?? matrix(4, 2, 1), golden?.S ?? 2);
  const list = (name: string): number[] => golden?.expected[name] ?? [];
  const one = (name: string): number => golden?.expected[name] ?? Number.NaN;

  it('has the probability, the loss probability and the degradation', () => {
    expect(found.splits).toHaveLength(one('n_combinations'));
    expect(found.probability).toBeCloseTo(one('pbo'), 12);
    expect(found.lossProbability).toBeCloseTo(one('prob_oos_loss'), 12);
    expect(found.degradationSlope).toBeCloseTo(one('degradation_slope_oos_on_is'), 9);
    expect(found.degradationIntercept).toBeCloseTo(one('degradation_intercept'), 9);
  });

  it('has every split: the best, its rank, its Sharpe on both sides, its logit', () => {
    expect(found.splits.map((split) => split.best)).toEqual(list('best_in_sample_index'));
    expect(found.splits.map((split) => split.outOfSampleRank)).toEqual(list('oos_rank_of_best_1_is_worst'));
    found.splits.forEach((split, index) => {
      expect(split.logit).toBeCloseTo(list('logits_rank_over_n_plus_1')[index] ?? Number.NaN, 9);
      expect(split.inSampleSharpe).toBeCloseTo(list('is_sharpe_of_best')[index] ?? Number.NaN, 9);
      expect(split.outOfSampleSharpe).toBeCloseTo(list('oos_sharpe_of_best')[index] ?? Number.NaN, 9);
    });
  });
});

/** `edge`: mean return of the first strategy, in standard deviations. */
function matrix(periods: number, strategies: number, seed: number, edge = 0): number[][] {
  const random = createRandom(`pbo:${seed}`);
  return Array.from({ length: periods }, () =>
    Array.from({ length: strategies }, (_, k) => random.normal() + (k === 0 ? edge : 0)),
  );
}

describe('probabilityOfOverfitting', () => {
  it('is small where one strategy has an edge, and about a half where none has', () => {
    expect(probabilityOfOverfitting(matrix(400, 10, 1, 0.5), 10).probability).toBeLessThan(0.02);
    const without = Array.from({ length: 20 }, (_, seed) => probabilityOfOverfitting(matrix(200, 20, seed), 8));
    const mean = without.reduce((sum, found) => sum + found.probability, 0) / without.length;
    expect(mean).toBeGreaterThan(0.35);
    expect(mean).toBeLessThan(0.65);
  });

  it('shares the rank among strategies that are the same, and counts one that never traded as 0', () => {
    const twins = matrix(40, 1, 3, 0.2).map(([value = 0]) => [value, value, 0]);
    const { splits } = probabilityOfOverfitting(twins, 4);
    for (const { best, outOfSampleRank } of splits) expect(best === 2 ? [1, 3] : [1.5, 2.5]).toContain(outOfSampleRank);
    const flat = probabilityOfOverfitting(
      [...new Array(8)].map(() => [0, 0]),
      2,
    );
    expect(flat).toMatchObject({ probability: 1, lossProbability: 0, degradationSlope: null });
  });

  it('does not change with the scale of returns or the order of strategies', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (seed, scale) => {
          const returns = matrix(24, 4, seed);
          const { probability } = probabilityOfOverfitting(returns, 4);
          const scaled = returns.map((row) => row.map((value) => value * scale).reverse());
          expect(probabilityOfOverfitting(scaled, 4).probability).toBe(probability);
        },
      ),
    );
  });

  it('uses every period when they do not come out even', () => {
    const returns = matrix(41, 3, 5);
    const changed = returns.map((row, period) => (period === 40 ? row.map((value) => value + 5) : row));
    expect(probabilityOfOverfitting(changed, 4).splits).not.toEqual(probabilityOfOverfitting(returns, 4).splits);
  });

  it.each([
    ['one strategy', matrix(40, 1, 1), 4, 'strategies: got 1'],
    ['ragged rows', [[1, 2], [1]], 2, 'returns[1]: expected 2 finite numbers'],
    ['an odd number of blocks', matrix(40, 2, 1), 5, 'blocks: got 5'],
    ['blocks of one period', matrix(6, 2, 1), 4, 'blocks: got 4'],
    ['too many splits', matrix(100, 2, 1), 24, '2704156 splits'],
  ])('refuses %s', (_name, returns, blocks, message) => {
    expect(() => probabilityOfOverfitting(returns, blocks)).toThrow(message);
  });
});
