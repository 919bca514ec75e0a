/**
 * What everybody would try first, as chromosomes: the plain strategies that can be said in genes, at their defaults. A run
 * begins with them among its newcomers, so a champion behind one of them has lost to what the search had seen.
 */
import type { Chromosome, CompareGene } from '../../../schemas/chromosome.ts';

type Measured = Pick<CompareGene, 'indicator' | 'periods'>;

const compared = (
  { indicator, periods }: Measured,
  comparator: CompareGene['comparator'],
  threshold: number,
): CompareGene => ({ kind: 'compare', indicator, periods, comparator, threshold, lookback: 1 });

/** In above `long` or below `short`, out where the middle is crossed. */
const following = (measured: Measured, long: number, short: number, middle: number): Chromosome =>
  founder(compared(measured, 'above', long), compared(measured, 'below', short), crossings(measured, middle, middle));

/** In below `long` or above `short`, out on the way back. */
const reverting = (measured: Measured, long: number, short: number, out: readonly [number, number]): Chromosome =>
  founder(compared(measured, 'below', long), compared(measured, 'above', short), crossings(measured, ...out));

const crossings = (measured: Measured, up: number, down: number): CompareGene[] => [
  compared(measured, 'crossesAbove', up),
  compared(measured, 'crossesBelow', down),
];

const founder = (long: CompareGene, short: CompareGene, exit: CompareGene[]): Chromosome => ({
  ...{ entryLong: [long], entryShort: [short], exit, filter: [] },
  risk: { positionFraction: 0.1, stopAtr: 2, targetAtr: null, maxHoldBars: null },
});

/** `rsiReversal`, `meanReversion` (two deviations, out at half of one), `momentum`, `emaCross`, `macdCross`. */
export const FOUNDERS: readonly Chromosome[] = [
  reverting({ indicator: 'rsi', periods: [14] }, 30, 70, [50, 50]),
  reverting({ indicator: 'bollingerPosition', periods: [20] }, 0, 1, [0.4, 0.6]),
  following({ indicator: 'change', periods: [20] }, 0.02, -0.02, 0),
  following({ indicator: 'emaSpread', periods: [12, 26] }, 0, 0, 0),
  following({ indicator: 'macdHistogram', periods: [12, 26, 9] }, 0, 0, 0),
];
