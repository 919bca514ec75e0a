/** Selection, crossover, diversity and fame, each with small populations one can follow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdedScores, speciesShare } from '../../../../domain/learning/evolution/diversity.ts';
import { admit } from '../../../../domain/learning/evolution/hall-of-fame.ts';
import { drawFrom, recombine } from '../../../../domain/learning/evolution/recombine.ts';
import { ranked, tournament } from '../../../../domain/learning/evolution/select.ts';
import { createRandom } from '../../../../domain/market/random.ts';

describe('tournament', () => {
  it('of 3 lets the best of 10 win 27.1 % of the time, the worst 0.1 %', () => {
    const random = createRandom('tournament');
    const wins = new Array<number>(10).fill(0);
    for (let round = 0; round < 20_000; round += 1) {
      const winner = tournament([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, random);
      wins[winner] = (wins[winner] ?? 0) + 1;
    }
    expect((wins[9] ?? 0) / 20_000).toBeCloseTo(0.271, 1);
    expect((wins[0] ?? 0) / 20_000).toBeLessThan(0.005);
  });

  it('of 1 is chance, and nobody wins among none', () => {
    const random = createRandom('one');
    const winners = Array.from({ length: 200 }, () => tournament([5, 1], 1, random));
    expect(winners.filter((winner) => winner === 1).length).toBeGreaterThan(60);
    expect(() => tournament([], 3, random)).toThrow(RangeError);
    expect(() => drawFrom([], random)).toThrow(RangeError);
  });
});

describe('ranked', () => {
  it('goes from the best down, equals in their order, failures last', () => {
    expect(ranked([1, 3, Number.NEGATIVE_INFINITY, 3, Number.NEGATIVE_INFINITY])).toEqual([1, 3, 0, 2, 4]);
  });
});

const kinds = ['onePoint', 'twoPoint', 'uniform'] as const;

describe('recombine', () => {
  it('takes each place from one of the parents, whatever the operator', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 20 }), fc.integer(), (kind, length, seed) => {
        const first = Array.from({ length }, (_, k) => `a${k}`);
        const second = Array.from({ length }, (_, k) => `b${k}`);
        const child = recombine(kind, first, second, createRandom(`${seed}`));
        expect(child).toHaveLength(length);
        child.forEach((gene, k) => {
          expect([`a${k}`, `b${k}`]).toContain(gene);
        });
      }),
    );
  });

  it.each([
    ['onePoint', 1],
    ['twoPoint', 2],
  ] as const)('%s has at most %d changes of parent, and all cuts occur', (kind, cuts) => {
    const [first, second] = [new Array<number>(8).fill(0), new Array<number>(8).fill(1)];
    const seen = new Set<string>();
    for (let seed = 0; seed < 400; seed += 1) {
      const child = recombine(kind, first, second, createRandom(`${seed}`));
      seen.add(child.join(''));
      expect(child.filter((gene, k) => k > 0 && gene !== child[k - 1]).length).toBeLessThanOrEqual(cuts);
      expect(child[0]).toBe(0);
    }
    expect(seen.size).toBe(kind === 'onePoint' ? 7 : 28);
  });

  it('joins lists of different length without losing the borders of either', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (kind, a, b) => {
          const random = createRandom(`${a}:${b}`);
          const child = recombine(kind, new Array(a).fill('a'), new Array(b).fill('b'), random);
          expect(child.length).toBeLessThanOrEqual(Math.max(a, b));
          if (a === b) expect(child).toHaveLength(a);
        },
      ),
    );
  });
});

const beings = (...list: readonly (readonly [string, number])[]) =>
  list.map(([genome, fitness], k) => ({ id: `${genome}${k}`, genome, parents: [], fitness }));
const bySpecies = { speciesOf: (genome: string) => genome };

describe('diversity', () => {
  it('costs a species its share of the population times the spread, in the unit of fitness', () => {
    const population = beings(['x', 10], ['x', 8], ['x', 6], ['y', 4], ['y', 2]);
    const scores = crowdedScores(population, bySpecies, 0.5);
    const unit = 0.5 * (8 - 4);
    expect(scores).toEqual([10 - 0.6 * unit, 8 - 0.6 * unit, 6 - 0.6 * unit, 4 - 0.4 * unit, 2 - 0.4 * unit]);
    expect(crowdedScores(population, bySpecies, 0)).toEqual([10, 8, 6, 4, 2]);
  });

  it('works on losses and failures, and lets the rare one win between equals', () => {
    const population = beings(['x', -1], ['x', -1], ['x', -3], ['x', -5], ['y', -1], ['z', Number.NEGATIVE_INFINITY]);
    const scores = crowdedScores(population, bySpecies, 1);
    expect(scores[4]).toBeGreaterThan(scores[0] ?? 0);
    expect(scores[5]).toBe(Number.NEGATIVE_INFINITY);
    expect(crowdedScores(beings(['x', 1]), bySpecies, 1)).toEqual([1]);
    expect(speciesShare(beings(['x', 1], ['x', 1], ['y', 1]), bySpecies)).toBeCloseTo(2 / 3, 12);
    expect(speciesShare([], bySpecies)).toBe(0);
  });
});

describe('the hall of fame', () => {
  it('keeps the best of all generations once each, with the generation they came in', () => {
    const first = admit([], 0, beings(['a', 3], ['b', 5], ['c', 1]), 2);
    expect(first.map(({ id, generation }) => [id, generation])).toEqual([
      ['b1', 0],
      ['a0', 0],
    ]);
    const again = admit(first, 1, beings(['x', 4], ['b', 5]), 2);
    expect(again.map(({ id, generation }) => [id, generation])).toEqual([
      ['b1', 0],
      ['x0', 1],
    ]);
  });

  it('lets the older stand ahead of an equal, and admits no failure', () => {
    const hall = admit([], 0, beings(['a', 3]), 3);
    const after = admit(hall, 1, beings(['b', 3], ['c', Number.NEGATIVE_INFINITY], ['d', Number.NaN]), 3);
    expect(after.map(({ genome }) => genome)).toEqual(['a', 'b']);
  });
});
