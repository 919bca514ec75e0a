/** The operators against DEAP's on OneMax: 100 bits, population 300, two-point 0.5, flip 0.2 / 0.05, tournament 3. */
import { describe, expect, it } from 'vitest';
import {
  type EvolutionSettings,
  firstGeneration,
  nextGeneration,
} from '../../../../domain/learning/evolution/breed.ts';
import type { Heredity, Offspring, Scored } from '../../../../domain/learning/evolution/heredity.ts';
import { recombine } from '../../../../domain/learning/evolution/recombine.ts';
import { quantile } from '../../../../domain/quantile.ts';
import { goldenJson } from '../golden-json.ts';

const BITS = 100;
const FLIP_RATE = 0.05;
const GENERATIONS_MAX = 200;

type Bits = readonly number[];
const bitStrings: Heredity<Bits> = {
  create: (random) => Array.from({ length: BITS }, () => (random.uniform() < 0.5 ? 1 : 0)),
  cross: (first, second, random) => recombine('twoPoint', first, second, random),
  mutate: (bits, random) => bits.map((bit) => (random.uniform() < FLIP_RATE ? 1 - bit : bit)),
  idOf: () => 'unnamed',
  speciesOf: () => 'bits',
};

/** DEAP's eaSimple: everybody is replaced, no elite, no pressure but the tournament. */
const SETTINGS: Omit<EvolutionSettings, 'seed'> = {
  population: 300,
  tournamentSize: 3,
  eliteCount: 0,
  crossoverRate: 0.5,
  mutationRate: 0.2,
  furtherMutationRate: 0,
  immigrantFraction: 0,
  diversityPressure: 0,
  unique: false,
};

function scored(one: Offspring<Bits>): Scored<Bits> {
  let fitness = 0;
  for (const bit of one.genome) fitness += bit;
  return { ...one, fitness };
}

/** The generation in which all bits of somebody are 1. */
function generationOfOptimum(seed: number): number {
  const settings = { ...SETTINGS, seed };
  let population = firstGeneration(settings, bitStrings).map(scored);
  for (let generation = 0; generation < GENERATIONS_MAX; generation += 1) {
    if (population.some((one) => one.fitness === BITS)) return generation;
    population = nextGeneration(population, generation + 1, settings, bitStrings).map(scored);
  }
  return GENERATIONS_MAX;
}

describe('OneMax over seeds 0 to 99', () => {
  it('is solved in every run, at a median generation of 31 to 40', { timeout: 600_000 }, () => {
    const generations = Array.from({ length: 100 }, (_, seed) => generationOfOptimum(seed));
    const figures = [0.1, 0.5, 0.9, 1].map((share) => quantile(generations, share));
    console.info(`OneMax generations, p10 median p90 max: ${figures.join(' ')}`);
    expect(figures[1]).toBeGreaterThanOrEqual(31);
    expect(figures[1]).toBeLessThanOrEqual(40);
    expect(figures[3]).toBeLessThan(GENERATIONS_MAX);
  });
});

type Golden = { onemax: { bits: number; population: number; median: number } };
const golden = goldenJson<Golden>('reference/evolution_deap.json');

describe.skipIf(golden === null)("DEAP's own runs", () => {
  it('had these settings, and a median inside the range above', () => {
    expect(golden?.onemax).toMatchObject({ bits: BITS, population: SETTINGS.population });
    expect(golden?.onemax.median).toBeGreaterThan(31);
    expect(golden?.onemax.median).toBeLessThan(40);
  });
});
