/**
 * A whole evolution in one go, over bars in memory: the very steps that the workflow takes through Postgres and many
 * machines, without either. For experiments that need hundreds of runs, and for tests of the steps together.
 */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import type { EvolutionRunInput, GenerationSummary, Promotion } from '../../../schemas/evolution-run.ts';
import { engineMarket } from '../../engine/market.ts';
import { kernels } from '../../features/kernels.ts';
import { type BarSeries, sliceSeries } from '../../market/bar-series.ts';
import { geneColumns } from '../../signals/evolved/gene-columns.ts';
import { firstGeneration, nextGeneration } from '../evolution/breed.ts';
import type { Offspring } from '../evolution/heredity.ts';
import { chromosomeHeredity } from '../genome/chromosome-heredity.ts';
import { chromosomeRunner, placeBars } from '../trial/chromosome-runner.ts';
import { evolutionSplit } from '../trial/data-split.ts';
import { type EvolutionTerms, evaluateChromosome, TRAINING_COST_FACTOR } from '../trial/evaluate-chromosome.ts';
import type { ChromosomeFigures } from '../trial/fitness.ts';
import {
  admitGeneration,
  championOf,
  evolutionSettings,
  type FamousChromosome,
  NO_LINEAGE,
  type ScoredChromosome,
  summarise,
} from './generation.ts';
import { sealTest } from './seal-test.ts';

export type Evolved = {
  readonly champion: FamousChromosome | null;
  readonly promotion: Promotion | null;
  readonly trials: number;
  readonly generations: readonly GenerationSummary[];
};

/** Rivals that nobody chose: the first newcomers of the run. */
export const RIVALS_MAX = 40;

export function evolveBars(input: EvolutionRunInput, bars: BarSeries, periodsPerYear: number): Evolved {
  const split = evolutionSplit(bars.close.length);
  const run = runnerOf(sliceSeries(bars, 0, split.seen));
  const { direction, costs, fitness } = input;
  const terms: EvolutionTerms = {
    split,
    fitness,
    periodsPerYear,
    direction,
    costs,
    costFactor: TRAINING_COST_FACTOR,
  };
  const known = new Map<string, ChromosomeFigures>();
  const evaluate = (one: Offspring<Chromosome>): ScoredChromosome => {
    const figures = known.get(one.id) ?? evaluateChromosome(one.genome, run, terms);
    known.set(one.id, figures);
    return { ...one, fitness: figures.fitness, selectionScore: figures.selectionScore };
  };
  const walked = walkGenerations(input, evaluate, () => ({ trials: known.size, failedTrials: 0 }));
  const champion = championOf(walked.hall);
  if (champion === null) return { champion, promotion: null, trials: known.size, generations: walked.generations };
  const rivals = rivalsOf(champion.id, walked.hall, walked.newcomers);
  const seal = { champion: champion.genome, rivals, trials: known.size, split, terms };
  const promotion = sealTest(seal, bars);
  return { champion, promotion, trials: known.size, generations: walked.generations };
}

function walkGenerations(
  input: EvolutionRunInput,
  evaluate: (one: Offspring<Chromosome>) => ScoredChromosome,
  counts: () => { trials: number; failedTrials: number },
) {
  const settings = evolutionSettings(input);
  const heredity = chromosomeHeredity(input.direction);
  const generations: GenerationSummary[] = [];
  let hall: FamousChromosome[] = [];
  let population = firstGeneration(settings, heredity).map(evaluate);
  const newcomers = population;
  for (let generation = 0; ; generation += 1) {
    hall = admitGeneration(hall, generation, population);
    generations.push(summarise(generation, population, generations.at(-1)?.lineageHash ?? NO_LINEAGE, counts()));
    if (generation + 1 >= input.generations) return { hall, generations, newcomers };
    population = nextGeneration(population, generation + 1, settings, heredity).map(evaluate);
  }
}

/** The rest of the hall and the first newcomers, each once, without the champion. */
export function rivalsOf(
  championId: string,
  hall: readonly { readonly id: string; readonly genome: Chromosome }[],
  newcomers: readonly { readonly id: string; readonly genome: Chromosome }[],
): Chromosome[] {
  const byId = new Map([...hall, ...newcomers.slice(0, RIVALS_MAX)].map((one) => [one.id, one.genome]));
  byId.delete(championId);
  return [...byId.values()];
}

function runnerOf(bars: BarSeries) {
  const market = engineMarket(bars);
  return chromosomeRunner(placeBars(market, 1), geneColumns(bars, kernels(market.seed)));
}
