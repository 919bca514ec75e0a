/** Capital across strategies: the nearest weights within the bounds, or a refusal that shows why there are none. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  diversification,
  herfindahlIndex,
  projectOntoCappedSimplex,
  requireWeightsSum,
} from '../../../domain/learning/allocate.ts';
import { problemsOf } from '../../problems-of.ts';

const bounds = { minFraction: 0.05, maxFraction: 0.4, cashAllowed: true };
const noCash = { ...bounds, cashAllowed: false };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('allocate', () => {
  it('gives the best strategy the maximum and shares the excess equally, not pro rata', () => {
    const { weights, cashFraction } = allocate([0.7, 0.2, 0.1], noCash);
    expect(weights.map((weight) => Number(weight.toFixed(12)))).toEqual([0.4, 0.35, 0.25]);
    expect(cashFraction).toBe(0);
  });

  it('counts a negative score as 0 and takes scores of any size', () => {
    expect(allocate([6, 3, 1, -5], noCash).weights).toEqual(allocate([6, 3, 1, 0], noCash).weights);
    expect(allocate([1e308, 1e308, 1e308], noCash).weights.map((weight) => weight.toFixed(9))).toEqual([
      '0.333333333',
      '0.333333333',
      '0.333333333',
    ]);
  });

  it('lets cash take the rest when two strategies at 40 % cannot place everything', () => {
    const { weights, cashFraction } = allocate([3, 1], bounds);
    expect(weights).toEqual([0.4, 0.4]);
    expect(cashFraction).toBeCloseTo(0.2, 15);
    expect(allocate([], bounds)).toEqual({ weights: [], cashFraction: 1 });
  });

  it('refuses two strategies without cash and shows 0.8 < 1', () => {
    const [problem] = problemsOf(() => allocate([3, 1], noCash));
    expect(problem).toMatchObject({ code: 'ALLOC_INFEASIBLE' });
    expect(problem?.message).toContain('0.8 < 1');
    expect(problemsOf(() => allocate([1, 1, 1], { ...noCash, maxFraction: 0.1 }))[0]?.message).toContain('0.3 < 1');
  });

  it('refuses 21 strategies at 5 % at least, which no cash can cure', () => {
    const [problem] = problemsOf(() => allocate(new Array(21).fill(1), bounds));
    expect(problem).toMatchObject({ code: 'ALLOC_INFEASIBLE' });
    expect(problem?.message).toContain('1.05 > 1');
    expect(allocate(new Array(20).fill(1), bounds).weights).toEqual(new Array(20).fill(0.05));
  });

  it('holds cash above the minimum when no strategy has a score above 0', () => {
    expect(allocate([0, -1, 0, -2], bounds)).toEqual({ weights: [0.05, 0.05, 0.05, 0.05], cashFraction: 0.8 });
    expect(allocate([0, -1, 0, -2], noCash).weights).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('leaves one or two that have lost the minimum, and those of which nothing is known the maximum', () => {
    expect(allocate([-1], bounds)).toEqual({ weights: [0.05], cashFraction: 0.95 });
    expect(allocate([-1, 0], bounds)).toEqual({ weights: [0.05, 0.05], cashFraction: 0.9 });
    expect(allocate([0, 0], bounds).weights).toEqual([0.4, 0.4]);
    expect(allocate([0], bounds).weights).toEqual([0.4]);
  });

  it('lists every score and bound that is out of range', () => {
    const bad = { minFraction: 0.5, maxFraction: -0.1, cashAllowed: true };
    const problems = problemsOf(() => allocate([1, Number.NaN, Number.POSITIVE_INFINITY], bad));
    expect(problems.map((one) => `${one.code} ${one.path}`)).toEqual([
      'INPUT_RANGE scores[1]',
      'INPUT_RANGE scores[2]',
      'INPUT_RANGE maxFraction',
      'INPUT_RANGE minFraction',
    ]);
  });

  it('places all capital, within the bounds, or refuses: 0 to 30 strategies of any score', () => {
    const scores = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(scores, fc.boolean(), (list, cashAllowed) => {
        const run = () => allocate(list, { ...bounds, cashAllowed });
        if (list.length > 20 || (!cashAllowed && list.length < 3)) {
          expect(problemsOf(run)[0]?.code).toBe('ALLOC_INFEASIBLE');
          return;
        }
        const { weights, cashFraction } = run();
        expect(weights.every((weight) => weight >= 0.05 && weight <= 0.4)).toBe(true);
        expect(cashFraction).toBeGreaterThanOrEqual(0);
        if (list.length < 20) expect(sum([...weights, cashFraction])).toBe(1);
        else expect(sum([...weights, cashFraction])).toBeCloseTo(1, 14);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives each strategy the same weight wherever it stands in the list', () => {
    const scores = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(scores, (list) => {
        const backwards = allocate([...list].reverse(), bounds).weights.toReversed();
        allocate(list, bounds).weights.forEach((weight, index) => {
          expect(weight).toBeCloseTo(backwards[index] ?? Number.NaN, 12);
        });
      }),
    );
  });

  it('never gives a better score a smaller weight', () => {
    const scores = fc.array(fc.integer({ min: -5, max: 20 }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(scores, (list) => {
        const { weights } = allocate(list, noCash);
        const ranked = list.map((score, index) => ({ score, weight: weights[index] ?? 0 }));
        ranked.sort((a, b) => a.score - b.score || a.weight - b.weight);
        for (let i = 1; i < ranked.length; i += 1) {
          expect((ranked[i]?.weight ?? 0) - (ranked[i - 1]?.weight ?? 0)).toBeGreaterThanOrEqual(-1e-14);
        }
      }),
    );
  });
});

describe('requireWeightsSum', () => {
  it('accepts weights that sum to 1, also with the rounding of doubles', () => {
    expect(problemsOf(() => requireWeightsSum([0.3, 0.25, 0.2, 0.15, 0.1]))).toEqual([]);
    expect(problemsOf(() => requireWeightsSum(new Array(10).fill(0.1)))).toEqual([]);
  });

  it.each([
    ['0.3 + 0.3 + 0.3', [0.3, 0.3, 0.3], '0.9'],
    ['all zero', [0, 0, 0], '0'],
    ['none', [], '0'],
    ['a negative one beside others that reach 1', [1.2, -0.2], '1'],
    ['not a number', [0.5, Number.NaN], 'NaN'],
  ])('refuses %s and shows the sum', (_name, weights, shown) => {
    expect(problemsOf(() => requireWeightsSum(weights))).toMatchObject([{ code: 'INPUT_WEIGHTS_SUM', got: shown }]);
  });
});

describe('concentration', () => {
  it('is 1/n for equal weights and 1 for a single one; diversification runs the other way', () => {
    expect(herfindahlIndex([0.25, 0.25, 0.25, 0.25])).toBe(0.25);
    expect(diversification([0.25, 0.25, 0.25, 0.25])).toBe(1);
    expect(herfindahlIndex([0.4, 0])).toBe(1);
    expect(diversification([0.4, 0])).toBe(0);
    expect(diversification([0.4])).toBe(0);
    expect(herfindahlIndex([])).toBeNull();
  });

  it('judges what is invested, whatever rests in cash', () => {
    expect(herfindahlIndex([0.1, 0.1])).toBe(herfindahlIndex([0.5, 0.5]));
  });
});

type Case = { y: number[]; lo: number; hi: number; projection: number[] | null; feasible: boolean };
const goldenPath = path.resolve(process.cwd(), '../shared/golden/reference/portfolio.json');
const cases: Case[] = existsSync(goldenPath) ? JSON.parse(readFileSync(goldenPath, 'utf8')).capped_simplex.cases : [];
if (cases.length === 0) console.warn('SKIPPED: the golden file portfolio.json is not there');

describe.skipIf(cases.length === 0)('projections solved independently as quadratic programs', () => {
  it.each(cases)('projects $y onto [$lo, $hi]', ({ y, lo, hi, projection, feasible }) => {
    const run = () => projectOntoCappedSimplex(y, lo, hi);
    if (!feasible || projection === null) {
      expect(problemsOf(run)[0]?.code).toBe('ALLOC_INFEASIBLE');
      return;
    }
    run().forEach((weight, index) => {
      expect(weight).toBeCloseTo(projection[index] ?? Number.NaN, 10);
    });
  });
});
