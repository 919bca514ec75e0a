/** From one generation to the next: elites, newcomers, lineage, and the same children whoever breeds them. */
import { describe, expect, it } from 'vitest';
import {
  type EvolutionSettings,
  firstGeneration,
  nextGeneration,
} from '../../../../domain/learning/evolution/breed.ts';
import type { Heredity } from '../../../../domain/learning/evolution/heredity.ts';
import { drawBelow } from '../../../../domain/learning/evolution/recombine.ts';

/** Whole numbers 0 to 999; crossing takes the mean, mutation a step. */
const numbers: Heredity<number> = {
  create: (random) => drawBelow(1_000, random),
  cross: (first, second) => Math.floor((first + second) / 2),
  mutate: (value, random) => (value + 1 + drawBelow(5, random)) % 1_000,
  idOf: (value) => `n${value}`,
  speciesOf: (value) => `${Math.floor(value / 100)}`,
};

const SETTINGS: EvolutionSettings = {
  seed: 7,
  population: 40,
  tournamentSize: 3,
  eliteCount: 2,
  crossoverRate: 0.7,
  mutationRate: 0.3,
  furtherMutationRate: 0.3,
  immigrantFraction: 0.1,
  diversityPressure: 0.5,
  unique: true,
};

const withFitness = (generation: ReturnType<typeof firstGeneration<number>>) =>
  generation.map((one) => ({ ...one, fitness: one.genome }));
const parents = withFitness(firstGeneration(SETTINGS, numbers));
const ids = new Set(parents.map((one) => one.id));

describe('firstGeneration', () => {
  it('is newcomers without parents, none of them twice', () => {
    expect(parents).toHaveLength(40);
    expect(ids.size).toBe(40);
    expect(parents.every((one) => one.parents.length === 0)).toBe(true);
  });

  it('is the same for the same seed and another for another', () => {
    expect(firstGeneration(SETTINGS, numbers)).toEqual(firstGeneration(SETTINGS, numbers));
    expect(firstGeneration({ ...SETTINGS, seed: 8 }, numbers)).not.toEqual(firstGeneration(SETTINGS, numbers));
  });
});

describe('nextGeneration', () => {
  const next = nextGeneration(parents, 1, SETTINGS, numbers);

  it('carries the elite over unchanged and ends with newcomers', () => {
    const best = parents.toSorted((a, b) => b.fitness - a.fitness).slice(0, 2);
    expect(next.slice(0, 2).map((one) => one.genome)).toEqual(best.map((one) => one.genome));
    expect(next.slice(0, 2).map((one) => one.parents)).toEqual(best.map((one) => [one.id]));
    expect(next.slice(36).every((one) => one.parents.length === 0)).toBe(true);
    expect(next).toHaveLength(40);
  });

  it('gives every child one or two parents of the generation before, and no twins', () => {
    for (const one of next.slice(0, 36)) {
      expect(one.parents.length).toBeGreaterThan(0);
      expect(one.parents.every((id) => ids.has(id))).toBe(true);
      expect(new Set(one.parents).size).toBe(one.parents.length);
    }
    expect(new Set(next.map((one) => one.id)).size).toBe(40);
  });

  it('breeds the same child at an index whatever the size of the population around it', () => {
    const more = { ...SETTINGS, population: 80, unique: false, immigrantFraction: 0 };
    const fewer = { ...more, population: 20 };
    expect(nextGeneration(parents, 1, more, numbers).slice(0, 20)).toEqual(nextGeneration(parents, 1, fewer, numbers));
  });

  it('differs from generation to generation and prefers the fit', () => {
    const plain = { ...SETTINGS, immigrantFraction: 0, diversityPressure: 0, unique: false };
    expect(nextGeneration(parents, 2, plain, numbers)).not.toEqual(nextGeneration(parents, 1, plain, numbers));
    const mean = (list: readonly { genome: number }[]) => list.reduce((sum, one) => sum + one.genome, 0) / list.length;
    expect(mean(nextGeneration(parents, 1, plain, numbers))).toBeGreaterThan(mean(parents) + 50);
  });

  it('keeps more species alive under pressure than without', () => {
    const species = (diversityPressure: number, seed: number): number => {
      const settings = {
        ...SETTINGS,
        seed,
        population: 60,
        immigrantFraction: 0,
        eliteCount: 1,
        diversityPressure,
        unique: false,
      };
      let population = withFitness(firstGeneration(settings, numbers));
      for (let generation = 1; generation <= 6; generation += 1) {
        population = withFitness(nextGeneration(population, generation, settings, numbers));
      }
      return new Set(population.map((one) => numbers.speciesOf(one.genome))).size;
    };
    const ofTen = (pressure: number): number =>
      Array.from({ length: 10 }, (_, seed) => species(pressure, seed)).reduce((sum, count) => sum + count, 0);
    expect(ofTen(4)).toBeGreaterThan(ofTen(0));
  });

  it('refuses to breed from nobody', () => {
    expect(() => nextGeneration([], 1, SETTINGS, numbers)).toThrow(RangeError);
  });
});
