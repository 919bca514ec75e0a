/**
 * The steps of an evolution between evaluations: the first generation, the turn from one to the next. Everything they
 * need is in Postgres and in the run's seed, so a repeated step gives the same generation, whoever does it.
 */

import type { EvolutionStore } from '../../db/evolution-store.ts';
import type { GenomeRow, StoredGenome } from '../../db/genomes.ts';
import { firstGeneration, nextGeneration } from '../../domain/learning/evolution/breed.ts';
import type { Offspring } from '../../domain/learning/evolution/heredity.ts';
import { chromosomeHeredity } from '../../domain/learning/genome/chromosome-heredity.ts';
import {
  admitGeneration,
  evolutionSettings,
  type FamousChromosome,
  NO_LINEAGE,
  type ScoredChromosome,
  summarise,
} from '../../domain/learning/runs/generation.ts';
import { chromosomeText } from '../../domain/signals/evolved/chromosome-text.ts';
import { type Chromosome, chromosomeSchema } from '../../schemas/chromosome.ts';
import type { EvolutionRunInput, GenerationSummary } from '../../schemas/evolution-run.ts';
import type { LeaderboardEntry, TrialRange } from '../../schemas/research.ts';

/** A generation that waits for its trials. */
export type NextGeneration = TrialRange & { readonly generation: number };

export type TurnedGeneration = {
  readonly summary: GenerationSummary;
  readonly leaderboard: readonly LeaderboardEntry[];
  readonly next: NextGeneration | null;
};

const LEADERS_TOLD = 5;

/** Makes generation 0 unless it is there. */
export async function bearFirst(
  store: EvolutionStore,
  runId: string,
  input: EvolutionRunInput,
): Promise<NextGeneration> {
  const newcomers = firstGeneration(evolutionSettings(input), chromosomeHeredity(input.direction));
  return bear(store, runId, 0, newcomers, 0);
}

/** Closes a generation whose trials are all there, and makes the one after it, unless it was the last. */
export async function turn(
  store: EvolutionStore,
  runId: string,
  generation: number,
  input: EvolutionRunInput,
): Promise<TurnedGeneration> {
  const population = scored(await store.generation(runId, generation));
  const { summary, hall } = await finish(store, runId, generation, population);
  const leaderboard = leadersOf(hall);
  if (generation + 1 >= input.generations) return { summary, leaderboard, next: null };
  const heredity = chromosomeHeredity(input.direction);
  const born = nextGeneration(population, generation + 1, evolutionSettings(input), heredity);
  return { summary, leaderboard, next: await bear(store, runId, generation + 1, born, summary.trials) };
}

/** A genome that failed has no fitness and ranks last. */
export const scored = (genomes: readonly StoredGenome[]): ScoredChromosome[] =>
  genomes.map(({ genomeId, genes, parents, fitness, selectionScore }) => ({
    id: genomeId,
    genome: genes,
    parents,
    fitness: fitness ?? Number.NEGATIVE_INFINITY,
    selectionScore: selectionScore ?? Number.NEGATIVE_INFINITY,
  }));

async function finish(
  store: EvolutionStore,
  runId: string,
  generation: number,
  population: readonly ScoredChromosome[],
): Promise<{ summary: GenerationSummary; hall: readonly FamousChromosome[] }> {
  const before = await store.last(runId);
  if (before !== undefined && before.generation >= generation) {
    const { hall, ...summary } = before;
    return { summary, hall: hallOf(hall) };
  }
  const hall = admitGeneration(hallOf(before?.hall ?? []), generation, population);
  const counts = await countsAfter(store, runId, before);
  const summary = summarise(generation, population, before?.lineageHash ?? NO_LINEAGE, counts);
  await store.finished(runId, { ...summary, hall });
  return { summary, hall };
}

/**
 * Counts on from the generation before, so that a run of a million trials is not counted from its start each time.
 */
async function countsAfter(
  store: EvolutionStore,
  runId: string,
  before: Pick<GenerationSummary, 'trials' | 'failedTrials'> | undefined,
): Promise<{ trials: number; failedTrials: number }> {
  const known = before ?? { trials: 0, failedTrials: 0 };
  const since = await store.counts(runId, known.trials);
  return { trials: known.trials + since.trials, failedTrials: known.failedTrials + since.failedTrials };
}

/** The hall of fame as it was stored. */
export const hallOf = (stored: readonly Readonly<Record<string, unknown>>[]): FamousChromosome[] =>
  stored.map((one) => ({
    id: String(one.id),
    genome: chromosomeSchema.parse(one.genome),
    parents: Array.isArray(one.parents) ? one.parents.map(String) : [],
    fitness: Number(one.fitness),
    generation: Number(one.generation),
    selectionScore: typeof one.selectionScore === 'number' ? one.selectionScore : Number.NEGATIVE_INFINITY,
  }));

const leadersOf = (hall: readonly FamousChromosome[]): LeaderboardEntry[] =>
  hall.slice(0, LEADERS_TOLD).map(({ id, fitness, genome }, place) => ({
    rank: place + 1,
    id,
    fitness,
    text: chromosomeText(genome),
  }));

/**
 * Genomes that were evaluated before keep their trial; the others get the numbers from `base` on, in order of birth.
 */
async function bear(
  store: EvolutionStore,
  runId: string,
  generation: number,
  born: readonly Offspring<Chromosome>[],
  base: number,
): Promise<NextGeneration> {
  const stored = await store.generation(runId, generation);
  const genomes = stored.length > 0 ? stored : await numbered(store, runId, born, base);
  if (stored.length === 0) await store.born(runId, generation, genomes);
  return { generation, fromTrial: base, toTrial: Math.max(base, ...genomes.map(({ trial }) => trial + 1)) };
}

async function numbered(
  store: EvolutionStore,
  runId: string,
  born: readonly Offspring<Chromosome>[],
  base: number,
): Promise<GenomeRow[]> {
  const ids = born.map(({ id }) => id);
  const known = new Map(await store.known(runId, ids));
  let next = base;
  return born.map(({ id, genome, parents }, position) => {
    const trial = known.get(id) ?? next++;
    known.set(id, trial);
    return { position, genomeId: id, parents, genes: genome, trial };
  });
}
