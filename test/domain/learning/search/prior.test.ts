/**
 * A search narrowed around what won: its share of the trials, where its
 * points lie, what it does with what does not fit.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askPoints, requireKnownPrior } from '../../../../activities/research/search-steps.ts';
import { isAllowed } from '../../../../domain/learning/search/axis.ts';
import { pointWithin, priorPoint } from '../../../../domain/learning/search/prior.ts';
import { strategySpace } from '../../../../domain/learning/search/strategy-spaces.ts';
import { parameterSearchInputSchema } from '../../../../schemas/parameter-search.ts';
import { InvalidInput } from '../../../../schemas/problem.ts';

const SPACE = strategySpace('smaCross');
const WON = { fast: 12, slow: 100, stopAtr: 2, targetAtr: 4 };
const trials = Array.from({ length: 100 }, (_, trial) => trial);
const drawn = (weight: number, seed = 1) =>
  trials.map((trial) => priorPoint(SPACE, { weight, points: [WON] }, { seed, trial }));

describe('a prior', () => {
  it('gives exactly its share of the trials, spread over the whole search', () => {
    expect(
      drawn(0.2)
        .flatMap((point, trial) => (point === null ? [] : [trial]))
        .slice(0, 4),
    ).toEqual([4, 9, 14, 19]);
    expect(drawn(0.2).filter((point) => point !== null)).toHaveLength(20);
    expect(drawn(0.05).filter((point) => point !== null)).toHaveLength(5);
  });

  it('draws near what won, never outside the space, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const points = drawn(0.2, seed).flatMap((point) => (point === null ? [] : [point]));
        expect(points).toEqual(drawn(0.2, seed).filter((point) => point !== null));
        for (const point of points) expect(isAllowed(SPACE, point)).toBe(true);
        const mean = points.reduce((sum, { slow }) => sum + Number(slow), 0) / points.length;
        // The range is 20 to 200, the deviation a tenth of it: twenty of them lie around 100.
        expect(Math.abs(mean - 100)).toBeLessThan(25);
      }),
      { numRuns: 30 },
    );
  });

  it('moves traded parameters into the space, and leaves out what breaks a constraint', () => {
    expect(pointWithin(SPACE, { fast: 3, slow: 500 })).toEqual({ fast: 5, slow: 200, stopAtr: 2.75, targetAtr: 5.5 });
    expect(pointWithin(SPACE, { fast: 50, slow: 20 })).toBeNull();
    const prior = { weight: 0.2, points: [{ fast: 50, slow: 20 }] };
    expect(priorPoint(SPACE, prior, { seed: 1, trial: 4 })).toBeNull();
  });
});

describe('a parameter search', () => {
  const input = parameterSearchInputSchema.parse({
    ...{ symbol: 'BTC/USDT', barIntervalMs: 3_600_000, strategyType: 'smaCross', prior: { points: [WON] } },
  });

  it('asks for the prior in every fifth trial and for the sampler in the others', () => {
    const { prior: _, ...plain } = input;
    const range = { fromTrial: 0, toTrial: 8 };
    const [narrowed, own] = [askPoints(input, [], range), askPoints(plain, [], range)];
    expect(narrowed[4]).toEqual(drawn(0.2)[4]);
    expect(narrowed.filter((_point, trial) => trial !== 4)).toEqual(own.filter((_point, trial) => trial !== 4));
  });

  it('refuses more than a fifth, and parameters that the strategy does not have', () => {
    expect(parameterSearchInputSchema.safeParse({ ...input, prior: { weight: 0.3, points: [WON] } }).success).toBe(
      false,
    );
    const strange = { ...input, prior: { weight: 0.2, points: [{ ...WON, lookback: 5 }] } };
    expect(() => requireKnownPrior(strange)).toThrow(InvalidInput);
    expect(() => requireKnownPrior(input)).not.toThrow();
  });
});
