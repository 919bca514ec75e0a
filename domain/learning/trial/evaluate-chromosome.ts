/** One trial of an evolution: a chromosome over the bars that trials may see. Pure: the same bars, the same figures. */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import type { FitnessName } from '../../../schemas/evolution-run.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import type { SearchStatistics } from '../../engine/search/layout.ts';
import { closeAfterBars } from '../../signals/evolved/chromosome-signals.ts';
import type { BarRange } from '../validation/splits.ts';
import type { ChromosomeRunner } from './chromosome-runner.ts';
import { type ChromosomeFigures, chromosomeFigures, type RangeStatistics } from './fitness.ts';
import { chromosomeLevels, type TrialTerms, trialPlan } from './trial-plan.ts';

export type EvolutionTerms = TrialTerms & {
  readonly split: DataSplit;
  readonly fitness: FitnessName;
  readonly periodsPerYear: number;
};

/** Training costs are twice the real ones, so that what lives on small differences does not pay. */
export const TRAINING_COST_FACTOR = 2;

/**
 * Every fold and the selection stretch is walked from an account of its own: nothing is carried from one to another.
 */
export function evaluateChromosome(
  chromosome: Chromosome,
  run: ChromosomeRunner,
  terms: EvolutionTerms,
): ChromosomeFigures {
  const { folds, selection } = terms.split;
  const plan = trialPlan(terms, chromosomeLevels(chromosome.risk, closeAfterBars(chromosome)));
  const ranges = selection === null ? folds : [...folds, selection];
  const parts = run(chromosome, plan, ranges).map((one, k) => rangeStatistics(ranges[k] as BarRange, one));
  return chromosomeFigures(parts.slice(0, folds.length), parts[folds.length] ?? null, chromosome, terms);
}

const rangeStatistics = (
  { from, to }: BarRange,
  { trades, returnSum, returnSquareSum }: SearchStatistics,
): RangeStatistics => ({ bars: to - from, trades, returnSum, returnSquareSum });
