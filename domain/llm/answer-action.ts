/** The side that a model's word for what to do would open a position on. */
import type { Side } from '../../schemas/decision.ts';

/** The side a new position would be on: +1, −1, or 0 where the word opens none. */
export const sideOfWord = (word: unknown): Side => SIDES.get(word) ?? 0;

const SIDES: ReadonlyMap<unknown, Side> = new Map<unknown, Side>([
  ['buy', 1],
  ['enter_long', 1],
  ['sell', -1],
  ['enter_short', -1],
]);
