/** White's reality check and Hansen's SPA against arch's p-values, and under no skill and planted skill. */
import { describe, expect, it } from 'vitest';
import { realityCheck } from '../../../../domain/learning/honesty/reality-check.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { fixtureJson } from '../golden-json.ts';

type Golden = {
  benchmark_losses: number[];
  model_losses: number[][];
  max_sqrtT_mean: number;
  expected: { unstudentised: { mean_pvalues: { lower: number; consistent: number; upper: number } } };
};
const golden = fixtureJson<Golden>('spa_reality_check.json');
const differences = golden.model_losses.map((row, t) => row.map((loss) => (golden.benchmark_losses[t] ?? 0) - loss));

describe("arch's 250 × 10 losses", () => {
  it.each([1, 2, 3])('have the published p-values, within 0.02, with seed %d', (seed) => {
    const found = realityCheck(differences, { seed, samples: 4_000, meanBlock: 10, studentised: false });
    const { lower, consistent, upper } = golden.expected.unstudentised.mean_pvalues;
    expect(found.best).toBe(3);
    expect(found.statistic).toBeCloseTo(golden.max_sqrtT_mean, 10);
    expect(Math.abs(found.lower - lower)).toBeLessThan(0.02);
    expect(Math.abs(found.consistent - consistent)).toBeLessThan(0.02);
    expect(Math.abs(found.upper - upper)).toBeLessThan(0.02);
  });
});

const noise = (periods: number, strategies: number, seed: number, edge = 0): number[][] => {
  const random = createRandom(`spa:${seed}`);
  return Array.from({ length: periods }, () =>
    Array.from({ length: strategies }, (_, k) => random.normal() + (k === 1 ? edge : 0)),
  );
};

describe('realityCheck', () => {
  it('orders its p-values, and sees an edge that is there', () => {
    for (const studentised of [true, false]) {
      const options = { seed: 5, samples: 500, studentised };
      const without = realityCheck(noise(200, 8, 1), options);
      expect(without.lower).toBeLessThanOrEqual(without.consistent);
      expect(without.consistent).toBeLessThanOrEqual(without.upper);
      expect(realityCheck(noise(200, 8, 1, 0.5), options)).toMatchObject({ best: 1, upper: 0 });
    }
  });

  it('calls about one of ten skill-less sets significant at 10 %', () => {
    const options = { seed: 1, samples: 200, meanBlock: 2, studentised: true };
    const found = Array.from({ length: 100 }, (_, seed) => realityCheck(noise(100, 5, seed), options).consistent);
    const rejected = found.filter((p) => p < 0.1).length;
    expect(rejected).toBeGreaterThan(2);
    expect(rejected).toBeLessThan(22);
  });

  it('in units of their own deviation one wild strategy does not hide a steady one', () => {
    const random = createRandom('wild');
    const rows = Array.from({ length: 200 }, (_, i) => [i % 2 === 0 ? 100 : -100, random.normal() + 0.4]);
    const options = { seed: 2, samples: 400, meanBlock: 1 };
    const p = (studentised: boolean) => realityCheck(rows, { ...options, studentised }).upper;
    expect(p(true)).toBeLessThan(0.02);
    expect(p(false)).toBeGreaterThan(0.2);
  });

  it('gives the same p-values for the same seed, and others for another', () => {
    const run = (seed: number) => realityCheck(noise(60, 4, 9), { seed, samples: 300, studentised: true });
    expect(run(1)).toEqual(run(1));
    expect(run(2)).not.toEqual(run(1));
  });

  it('counts a strategy that never differs as no better, and refuses what is no matrix', () => {
    const same = Array.from({ length: 10 }, () => [0]);
    const options = { seed: 1, samples: 50, studentised: true };
    expect(realityCheck(same, options)).toMatchObject({ statistic: 0, upper: 0 });
    expect(() => realityCheck([[1]], options)).toThrow('too few');
    expect(() => realityCheck([[1], [Number.NaN]], options)).toThrow('differences[1]');
  });
});
