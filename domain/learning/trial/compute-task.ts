/**
 * What a machine that computes is asked: one kind of trial with its terms, for many candidates over the same bars. The
 * figures travel as a row of doubles each (null as NaN), so that threads write them into shared memory.
 */
import { chromosomeSchema } from '../../../schemas/chromosome.ts';
import { searchPointSchema } from '../../../schemas/search-space.ts';
import type { EngineMarket } from '../../engine/market.ts';
import type { GeneColumns } from '../../signals/evolved/gene-columns.ts';
import type { ChromosomeRunner } from './chromosome-runner.ts';
import { type EvolutionTerms, evaluateChromosome } from './evaluate-chromosome.ts';
import { evaluateParameters, type SearchFigures, type SearchTerms } from './evaluate-parameters.ts';
import type { ChromosomeFigures } from './fitness.ts';

export type ComputeTask =
  | { readonly kind: 'evolution'; readonly terms: EvolutionTerms }
  | { readonly kind: 'search'; readonly terms: SearchTerms };

/** Doubles a candidate's figures take. */
export const FIGURE_WIDTH = { evolution: 4, search: 10 } as const;

/** A candidate as JSON, evaluated. @throws what a candidate that cannot be evaluated throws */
export type Evaluate = (candidate: string) => readonly number[];

/** What trials of one data set share; `run` is there where evolutions search it. */
export type TaskMarket = {
  readonly market: EngineMarket;
  readonly columns: GeneColumns;
  readonly run: ChromosomeRunner | null;
};

export function evaluatorOf({ kind, terms }: ComputeTask, { market, columns, run }: TaskMarket): Evaluate {
  if (kind === 'search') {
    const searched = { market, regimes: columns.regime() };
    return (text) => rowOfSearch(evaluateParameters(searchPointSchema.parse(JSON.parse(text)), searched, terms));
  }
  if (run === null) throw new Error('these bars were not opened for an evolution');
  return (text) => rowOfChromosome(evaluateChromosome(chromosomeSchema.parse(JSON.parse(text)), run, terms));
}

const rowOfChromosome = (one: ChromosomeFigures): number[] => [
  one.fitness,
  one.sharpe,
  one.selectionScore,
  one.tradeCount,
];

export const chromosomeOfRow = (row: ArrayLike<number>): ChromosomeFigures => ({
  fitness: row[0] as number,
  sharpe: row[1] as number,
  selectionScore: row[2] as number,
  tradeCount: row[3] as number,
});

const orNaN = (value: number | null): number => value ?? Number.NaN;
const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

const rowOfSearch = (one: SearchFigures): number[] => [
  orNaN(one.value),
  orNaN(one.fitness),
  one.sharpe,
  one.observations,
  one.skewness,
  one.kurtosis,
  one.tradeCount,
  one.regimeTradeCount,
  one.isThin ? 1 : 0,
  orNaN(one.globalFitness),
];

export const searchOfRow = (row: ArrayLike<number>): SearchFigures => ({
  value: orNull(row[0]),
  fitness: orNull(row[1]),
  sharpe: row[2] as number,
  observations: row[3] as number,
  skewness: row[4] as number,
  kurtosis: row[5] as number,
  tradeCount: row[6] as number,
  regimeTradeCount: row[7] as number,
  isThin: row[8] === 1,
  globalFitness: orNull(row[9]),
});
