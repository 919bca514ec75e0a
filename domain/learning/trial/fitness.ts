/**
 * The fitness of a bred strategy on its training folds, after costs. More is better; units of a yearly Sharpe ratio.
 * Not a promise of profit: what is promoted is judged on bars that no trial has seen (`promotion-gate.ts`).
 */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import type { FitnessName } from '../../../schemas/evolution-run.ts';
import type { SearchStatistics } from '../../engine/search/layout.ts';
import { complexity } from '../genome/identity.ts';

/**
 * What a condition costs, in standard errors of the yearly Sharpe ratio over the training bars: the shorter these are,
 * the more of what a condition adds is luck. Chosen: leaving out some of the trades gains as much by chance, where
 * thousands of conditions are tried; one that carries a strategy adds several errors.
 */
const COMPLEXITY_PENALTY = 0.3;
/** Chosen: a round trip every hundred bars costs a twentieth of a Sharpe. */
const TURNOVER_PENALTY = 0.05;
/**
 * Folds that disagree are worth less: so much of their spread is taken off their mean. Chosen: more of it
 * rewards rules that make folds alike by chance.
 */
const SPREAD_PENALTY = 0.25;
/** Training trades below which figures say nothing: such a strategy has -10 to -9, the more the more it trades. */
const TRADES_MIN = 30;
const RARE_TRADER = -10;

/** `sharpe` is per bar over all training folds; `selectionScore` is on the stretch that training does not use. */
export type ChromosomeFigures = {
  readonly fitness: number;
  readonly sharpe: number;
  readonly selectionScore: number;
  readonly tradeCount: number;
};

/** What the runs over folds and selection came to, each from an account of its own; range by range. */
export type RangeStatistics = Pick<SearchStatistics, 'trades' | 'returnSum' | 'returnSquareSum'> & {
  readonly bars: number;
};

export function chromosomeFigures(
  folds: readonly RangeStatistics[],
  selection: RangeStatistics | null,
  chromosome: Chromosome,
  { fitness, periodsPerYear }: { readonly fitness: FitnessName; readonly periodsPerYear: number },
): ChromosomeFigures {
  const yearly = Math.sqrt(periodsPerYear);
  const all = joined(folds);
  const sharpe = sharpeOf(all);
  const bars = Math.max(1, all.bars);
  const penalty =
    (COMPLEXITY_PENALTY * yearly * complexity(chromosome)) / Math.sqrt(bars) +
    (TURNOVER_PENALTY * 100 * all.trades) / bars;
  const trained =
    fitness === 'sharpe' ? yearly * sharpe : steadiness(folds.map((fold) => yearly * sharpeOf(fold))) - penalty;
  return {
    fitness: all.trades < TRADES_MIN ? RARE_TRADER + all.trades / TRADES_MIN : trained,
    sharpe,
    selectionScore: selection === null ? 0 : yearly * sharpeOf(selection),
    tradeCount: all.trades,
  };
}

const joined = (ranges: readonly RangeStatistics[]): RangeStatistics =>
  ranges.reduce(
    (sum, one) => ({
      bars: sum.bars + one.bars,
      trades: sum.trades + one.trades,
      returnSum: sum.returnSum + one.returnSum,
      returnSquareSum: sum.returnSquareSum + one.returnSquareSum,
    }),
    { bars: 0, trades: 0, returnSum: 0, returnSquareSum: 0 },
  );

/** Mean / deviation (divisor n - 1) of the bars' returns; 0 where nothing is spread. */
function sharpeOf({ bars, returnSum, returnSquareSum }: RangeStatistics): number {
  const mean = returnSum / bars;
  const variance = (returnSquareSum - returnSum * mean) / (bars - 1);
  return bars > 1 && variance > 1e-24 ? mean / Math.sqrt(variance) : 0;
}

/** Mean less a part of the standard deviation (divisor n). */
function steadiness(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return mean - SPREAD_PENALTY * Math.sqrt(variance);
}
