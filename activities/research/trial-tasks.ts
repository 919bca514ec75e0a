/** A batch of trials as the threads take it, and what they answer as a row of `trials`. */
import type { ComputeAnswer } from '../../adapters/compute/compute-pool.ts';
import type { ResearchRun } from '../../db/research-runs.ts';
import { type ComputeTask, chromosomeOfRow } from '../../domain/learning/trial/compute-task.ts';
import { TRAINING_COST_FACTOR } from '../../domain/learning/trial/evaluate-chromosome.ts';
import type { EvolutionRunInput } from '../../schemas/evolution-run.ts';
import type { ParameterSearchInput } from '../../schemas/parameter-search.ts';
import { splitOf, yearOf } from './run-bars.ts';

export const evolutionTask = (run: ResearchRun, { direction, costs, fitness }: EvolutionRunInput): ComputeTask => ({
  kind: 'evolution',
  terms: {
    split: splitOf(run),
    fitness,
    periodsPerYear: yearOf(run.data),
    direction,
    costs,
    costFactor: TRAINING_COST_FACTOR,
  },
});

export const searchTask = (run: ResearchRun, input: ParameterSearchInput): ComputeTask => ({
  kind: 'search',
  terms: {
    split: splitOf(run),
    periodsPerYear: yearOf(run.data),
    strategyType: input.strategyType,
    regime: input.regime,
    direction: input.direction,
    costs: input.costs,
    costFactor: 1,
  },
});

/** @throws Error where there is none: nobody knows the candidate to fail, so the attempt does, and is made again */
export function answerAt(answers: readonly ComputeAnswer[], index: number): ComputeAnswer {
  const answer = answers[index];
  if (answer === undefined) throw new Error(`candidate ${index} has no answer, ${answers.length} have one`);
  return answer;
}

/** The genome itself stands in `genomes`; a trial names it. */
export function evolutionTrialRow(trial: number, genomeId: string, { row, error }: ComputeAnswer) {
  const params = { genomeId };
  if (row === null) {
    return { trial, candidateId: genomeId, params, fitness: null, sharpe: null, figures: null, error };
  }
  const { fitness, sharpe, selectionScore, tradeCount } = chromosomeOfRow(row);
  const figures = { selectionScore, tradeCount };
  return { trial, candidateId: genomeId, params, fitness, sharpe, figures, error: null };
}
