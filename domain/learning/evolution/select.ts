/** Who may have children: tournaments on a score, and the elite that lives on unchanged. More is better. */
import type { Random } from '../../market/random.ts';
import { drawBelow } from './recombine.ts';

/**
 * The best of `size` draws with replacement (DEAP's selTournament): index of the winner, of equals the first drawn.
 * @throws RangeError for an empty population
 */
export function tournament(scores: ArrayLike<number>, size: number, random: Random): number {
  if (scores.length === 0) throw new RangeError('a tournament needs at least one');
  let winner = drawBelow(scores.length, random);
  for (let round = 1; round < size; round += 1) {
    const rival = drawBelow(scores.length, random);
    if ((scores[rival] as number) > (scores[winner] as number)) winner = rival;
  }
  return winner;
}

/** Indices from the best down; equals keep their order. */
export const ranked = (scores: readonly number[]): number[] =>
  scores.map((_score, index) => index).sort((a, b) => compare(scores[b] as number, scores[a] as number) || a - b);

/** Also for infinities, whose difference is no number. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
