/** Chromosomes as data: drawn, crossed and mutated ones are valid, repaired, readable, and named by what they mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../../../domain/canonical-json.ts';
import { chromosomeHeredity } from '../../../../domain/learning/genome/chromosome-heredity.ts';
import { GENE_RANGES, gridCount, gridValue, snap } from '../../../../domain/learning/genome/gene-ranges.ts';
import {
  canonicalChromosome,
  chromosomeId,
  chromosomeSpecies,
  complexity,
} from '../../../../domain/learning/genome/identity.ts';
import { repair } from '../../../../domain/learning/genome/repair.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { type Chromosome, chromosomeSchema, GENE_INDICATORS } from '../../../../schemas/chromosome.ts';
import { PLAIN, randomChromosome } from './random-chromosome.ts';

const seeds = fc.integer({ min: 0, max: 100_000 });
const directions = fc.constantFrom('longOnly' as const, 'shortOnly' as const, 'longShort' as const);

function expectInOrder(chromosome: Chromosome, direction: 'longOnly' | 'shortOnly' | 'longShort'): void {
  expect(chromosomeSchema.parse(chromosome)).toEqual(chromosome);
  expect(repair(chromosome, direction)).toEqual(chromosome);
  expect(chromosome.risk.positionFraction).toBeLessThanOrEqual(0.1);
  if (direction === 'longOnly') expect(chromosome.entryShort).toEqual([]);
  if (direction === 'shortOnly') expect(chromosome.entryLong).toEqual([]);
}

describe('breeding', () => {
  it('creates, crosses and mutates only what the schema takes and repair leaves as it is', () => {
    fc.assert(
      fc.property(seeds, directions, (seed, direction) => {
        const heredity = chromosomeHeredity(direction);
        const random = createRandom(`breeding:${seed}`);
        const [first, second] = [heredity.create(random), heredity.create(random)];
        const child = heredity.cross(first, second, random);
        let mutant = child;
        for (let step = 0; step < 5; step += 1) mutant = heredity.mutate(mutant, random);
        for (const one of [first, second, child, mutant]) expectInOrder(one, direction);
      }),
      { numRuns: 300 },
    );
  });

  it('is a function of its generator', () => {
    const heredity = chromosomeHeredity('longShort');
    const breed = () => {
      const random = createRandom('same');
      return heredity.mutate(heredity.cross(heredity.create(random), heredity.create(random), random), random);
    };
    expect(breed()).toEqual(breed());
  });

  it('gives a child no gene that neither parent has, and risk from the parents', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [first, second] = [randomChromosome(seed), randomChromosome(seed + 1)];
        const child = chromosomeHeredity('longShort').cross(first, second, createRandom(`${seed}`));
        for (const list of ['entryLong', 'entryShort', 'exit', 'filter'] as const) {
          for (const gene of child[list]) expect([...first[list], ...second[list]]).toContainEqual(gene);
        }
        for (const name of ['positionFraction', 'stopAtr', 'targetAtr', 'maxHoldBars'] as const) {
          expect([first.risk[name], second.risk[name]]).toContain(child.risk[name]);
        }
      }),
    );
  });

  it('reaches every indicator, comparator, kind of gene and size of list', () => {
    const genes = Array.from({ length: 400 }, (_, seed) => randomChromosome(seed)).flatMap((one) => [
      ...one.entryLong,
      ...one.entryShort,
      ...one.exit,
      ...one.filter,
    ]);
    const compared = genes.flatMap((gene) => (gene.kind === 'compare' ? [gene] : []));
    expect(new Set(genes.map((gene) => gene.kind)).size).toBe(4);
    expect(new Set(compared.map((gene) => gene.indicator))).toEqual(new Set(GENE_INDICATORS));
    expect(new Set(compared.map((gene) => gene.comparator)).size).toBe(4);
  });

  it('mutation changes something in nine of ten, and little: at most one list or one number of the risk', () => {
    const heredity = chromosomeHeredity('longShort');
    let changed = 0;
    for (let seed = 0; seed < 300; seed += 1) {
      const before = randomChromosome(seed);
      const after = heredity.mutate(before, createRandom(`mutation:${seed}`));
      const lists = (['entryLong', 'entryShort', 'exit', 'filter'] as const).filter(
        (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
      );
      const risks = (['positionFraction', 'stopAtr', 'targetAtr', 'maxHoldBars'] as const).filter(
        (name) => before.risk[name] !== after.risk[name],
      );
      expect(lists.length + risks.length).toBeLessThanOrEqual(1);
      changed += lists.length + risks.length;
    }
    expect(changed).toBeGreaterThan(260);
  });
});

describe('repair', () => {
  it('brings 15 % of equity to 10 %, numbers to their grids, and drops what is twice or too much', () => {
    const rsi = (threshold: number, lookback = 1) =>
      ({ kind: 'compare', indicator: 'rsi', periods: [13], comparator: 'below', threshold, lookback }) as const;
    const wild = chromosomeSchema.parse({
      entryLong: [rsi(31.4), rsi(29), rsi(500, 20), rsi(40), rsi(50)],
      entryShort: [{ kind: 'trend', is: 'down' }],
      exit: [{ kind: 'barsHeld', above: 9_999 }],
      filter: [],
      risk: { positionFraction: 0.15, stopAtr: 2.1, targetAtr: 99, maxHoldBars: 10_000 },
    });
    expect(repair(wild, 'longOnly')).toEqual({
      entryLong: [
        { ...rsi(30), periods: [14] },
        { ...rsi(40), periods: [14] },
        { ...rsi(50), periods: [14] },
      ],
      entryShort: [],
      exit: [{ kind: 'barsHeld', above: 200 }],
      filter: [],
      risk: { positionFraction: 0.1, stopAtr: 2, targetAtr: 10, maxHoldBars: 500 },
    });
  });

  it('repairing twice is repairing once', () => {
    const anyNumber = fc.double({ min: -1_000, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(
        seeds,
        anyNumber,
        fc.integer({ min: 1, max: 20 }),
        directions,
        (seed, threshold, lookback, direction) => {
          const drawn = randomChromosome(seed);
          const bent = drawn.filter.map((gene) => (gene.kind === 'compare' ? { ...gene, threshold, lookback } : gene));
          const once = repair({ ...drawn, filter: bent }, direction);
          expectInOrder(once, direction);
        },
      ),
    );
  });

  it('grids give plain decimals, and their ends', () => {
    for (const { thresholds } of Object.values(GENE_RANGES)) {
      const last = gridCount(thresholds) - 1;
      expect([gridValue(thresholds, 0), gridValue(thresholds, last)]).toEqual([thresholds.low, thresholds.high]);
      for (let place = 0; place <= last; place += 1) {
        const value = gridValue(thresholds, place);
        expect(String(value).length).toBeLessThan(9);
        expect(snap(thresholds, value)).toBe(value);
      }
    }
  });
});

describe('identity', () => {
  it('is that of the meaning: neither order nor doubles matter, any number does', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const one = randomChromosome(seed);
        const turned = {
          ...one,
          entryLong: [...one.entryLong, ...one.entryLong].reverse(),
          exit: [...one.exit].reverse(),
        };
        expect(chromosomeId(turned)).toBe(chromosomeId(one));
        expect(complexity(turned)).toBe(complexity(one));
        expect(chromosomeSpecies(turned)).toBe(chromosomeSpecies(one));
        expect(chromosomeId({ ...one, risk: { ...one.risk, stopAtr: one.risk.stopAtr + 0.25 } })).not.toBe(
          chromosomeId(one),
        );
      }),
    );
  });

  it('is the hash of the canonical text, whatever the chromosome', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const one = randomChromosome(seed);
        expect(chromosomeId(one)).toBe(sha256Hex(canonicalJson(canonicalChromosome(one))));
      }),
    );
  });

  it('is stable over versions: the id of one strategy, written down', () => {
    expect(chromosomeId(PLAIN)).toBe('18800dc6e3a16f7d55c4beb93909e17cb0309ed44b97be2794da7b08cea87ace');
  });

  it('species look at kinds of genes, not at numbers; complexity counts what a reader must keep in mind', () => {
    const tuned = structuredClone(PLAIN);
    Object.assign(tuned.entryLong[0] ?? {}, { threshold: 35, periods: [7] });
    expect(chromosomeSpecies(tuned)).toBe(chromosomeSpecies(PLAIN));
    expect(chromosomeSpecies(PLAIN)).toBe('rsi|');
    expect(complexity(PLAIN)).toBe(1);
    Object.assign(tuned.entryLong[0] ?? {}, { lookback: 3 });
    expect(complexity({ ...tuned, risk: { ...tuned.risk, targetAtr: 4, maxHoldBars: 9 } })).toBe(4);
  });
});

describe('the schema', () => {
  const gene = { kind: 'compare', indicator: 'emaSpread', periods: [50, 20], comparator: 'above', threshold: 0 };
  it.each([
    ['a fast average that is not below the slow one', { filter: [gene] }],
    ['a missing period', { filter: [{ ...gene, periods: [20] }] }],
    ['bars held in an entry', { entryLong: [{ kind: 'barsHeld', above: 3 }] }],
    ['an unknown indicator', { filter: [{ ...gene, indicator: 'moon', periods: [20] }] }],
    ['an unknown field', { leverage: 5 }],
    ['a threshold that is no number', { filter: [{ ...gene, periods: [20, 50], threshold: Number.NaN }] }],
  ])('refuses %s', (_name, change) => {
    expect(chromosomeSchema.safeParse({ ...PLAIN, ...change }).success).toBe(false);
  });
});
