/**
 * One generation of a run when all of it has been evaluated: its summary, the hall of fame with it, and the hash of the
 * whole line down to it. Equal runs have equal hashes, generation by generation.
 */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import type { EvolutionRunInput, GenerationSummary } from '../../../schemas/evolution-run.ts';
import { canonicalJson, sha256Hex } from '../../canonical-json.ts';
import type { EvolutionSettings } from '../evolution/breed.ts';
import { speciesShare } from '../evolution/diversity.ts';
import { admit, type Famous } from '../evolution/hall-of-fame.ts';
import type { Scored } from '../evolution/heredity.ts';
import { chromosomeHeredity } from '../genome/chromosome-heredity.ts';

/** A famous strategy with its score on the selection stretch. */
export type FamousChromosome = Famous<Chromosome> & { readonly selectionScore: number };
export type ScoredChromosome = Scored<Chromosome> & { readonly selectionScore: number };

export const HALL_SIZE = 20;
/** The lineage of a run before its first generation. */
export const NO_LINEAGE = sha256Hex('');

/**
 * How a run of this input breeds. Chosen: small tournaments and a few newcomers, against early agreement; many
 * mutations, because crossing finds no gene that nobody has.
 */
export const evolutionSettings = ({ seed, population }: EvolutionRunInput): EvolutionSettings => ({
  seed,
  population,
  tournamentSize: 3,
  eliteCount: Math.max(1, Math.round(population * 0.04)),
  crossoverRate: 0.7,
  mutationRate: 0.9,
  furtherMutationRate: 0.5,
  immigrantFraction: 0.1,
  diversityPressure: 0.5,
  unique: true,
});

export type GenerationCounts = { readonly trials: number; readonly failedTrials: number };

export function summarise(
  generation: number,
  population: readonly ScoredChromosome[],
  before: string,
  counts: GenerationCounts,
): GenerationSummary {
  const finite = population.map((one) => one.fitness).filter(Number.isFinite);
  const sorted = Float64Array.from(finite).sort();
  return {
    generation,
    bestFitness: sorted.at(-1) ?? null,
    medianFitness: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    speciesShare: speciesShare(population, chromosomeHeredity('longShort')),
    ...counts,
    lineageHash: lineageHash(before, population),
  };
}

/** Over the hash before and every genome of the generation with its parents and its fitness, in order. */
export function lineageHash(before: string, population: readonly ScoredChromosome[]): string {
  const rows = population.map(({ id, parents, fitness }) => [id, parents, Number.isFinite(fitness) ? fitness : null]);
  return sha256Hex(canonicalJson([before, rows]));
}

/** The hall after this generation; scores on the selection stretch come along. */
export function admitGeneration(
  hall: readonly FamousChromosome[],
  generation: number,
  population: readonly ScoredChromosome[],
): FamousChromosome[] {
  const scores = new Map([...hall, ...population].map((one) => [one.id, one.selectionScore]));
  return admit<Chromosome>(hall, generation, population, HALL_SIZE).map((one) => ({
    ...one,
    selectionScore: scores.get(one.id) ?? Number.NEGATIVE_INFINITY,
  }));
}

/**
 * The famous one with the best mean of fitness and score on bars that training did not use: what shines in one of the
 * two only is luck. Of equals the fitter. Null for an empty hall.
 */
export function championOf(hall: readonly FamousChromosome[]): FamousChromosome | null {
  const score = ({ fitness, selectionScore }: FamousChromosome): number => (fitness + selectionScore) / 2;
  let best: FamousChromosome | null = null;
  for (const one of hall) if (best === null || score(one) > score(best)) best = one;
  return best;
}
