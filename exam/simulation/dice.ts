/** Seeded choices: the only source of chance in a simulation, so that a seed repeats a run to the last byte. */
import { createRandom } from '../../domain/market/random.ts';

export type Dice = {
  /** True with probability `p`. */
  readonly chance: (p: number) => boolean;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
};

export function createDice(seed: number): Dice {
  const { uniform } = createRandom(`simulation:${seed}`);
  return {
    chance: (p) => uniform() < p,
    between: (low, high) => low + Math.floor(uniform() * (high - low + 1)),
    pick: (list) => list[Math.floor(uniform() * list.length)] ?? list[0],
  };
}
