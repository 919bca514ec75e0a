/**
 * Crossover of two lists of genes: the child takes each place from one parent. Lists of different length are cut at
 * the same place of both, so that the child's length is that of the parent its end comes from.
 */
import type { Random } from '../../market/random.ts';

export type Crossover = 'onePoint' | 'twoPoint' | 'uniform';

type Operator = <Gene>(first: readonly Gene[], second: readonly Gene[], random: Random) => Gene[];

/** A whole number from 0 to count - 1. */
export const drawBelow = (count: number, random: Random): number => Math.floor(random.uniform() * count);

/** @throws RangeError for an empty list */
export function drawFrom<T>(choices: readonly T[], random: Random): T {
  if (choices.length === 0) throw new RangeError('nothing to draw from');
  return choices[drawBelow(choices.length, random)] as T;
}

/** The start of the first up to a cut, the end of the second after it; both lists lend something where both can. */
const onePoint: Operator = (first, second, random) => {
  const shorter = Math.min(first.length, second.length);
  const cut = shorter < 2 ? drawBelow(shorter + 1, random) : 1 + drawBelow(shorter - 1, random);
  return first.slice(0, cut).concat(second.slice(cut));
};

/**
 * A stretch of the second between two cuts inside the first (DEAP's cxTwoPoint): the child keeps the first's length.
 */
const twoPoint: Operator = (first, second, random) => {
  const shorter = Math.min(first.length, second.length);
  if (shorter < 2) return onePoint(first, second, random);
  const a = 1 + drawBelow(shorter, random);
  const b = 1 + drawBelow(shorter - 1, random);
  const [from, to] = b >= a ? [a, b + 1] : [b, a];
  return first.slice(0, from).concat(second.slice(from, to), first.slice(to));
};

/** Each place from either with equal chance; what one list has beyond the other stays with even chance. */
const uniform: Operator = (first, second, random) => {
  const longer = Math.max(first.length, second.length);
  return Array.from({ length: longer }, (_, k) => (random.uniform() < 0.5 ? first : second).slice(k, k + 1)).flat();
};

const OPERATORS: Readonly<Record<Crossover, Operator>> = { onePoint, twoPoint, uniform };

export const recombine = <Gene>(
  kind: Crossover,
  first: readonly Gene[],
  second: readonly Gene[],
  random: Random,
): Gene[] => OPERATORS[kind](first, second, random);
