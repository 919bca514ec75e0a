/** Chromosomes by seed, as evolution draws them, for properties. */
import { chromosomeHeredity } from '../../../../domain/learning/genome/chromosome-heredity.ts';
import type { Direction } from '../../../../domain/learning/genome/repair.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import type { Chromosome } from '../../../../schemas/chromosome.ts';

export const randomChromosome = (seed: number, direction: Direction = 'longShort'): Chromosome =>
  chromosomeHeredity(direction).create(createRandom(`chromosome:${seed}`));

/** A strategy small enough to read. */
export const PLAIN: Chromosome = {
  entryLong: [{ kind: 'compare', indicator: 'rsi', periods: [14], comparator: 'below', threshold: 30, lookback: 1 }],
  entryShort: [],
  exit: [],
  filter: [],
  risk: { positionFraction: 0.1, stopAtr: 2, targetAtr: null, maxHoldBars: null },
};
