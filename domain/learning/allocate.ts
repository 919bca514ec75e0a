/**
 * Capital across strategies: scores in, weights out, each within [minFraction, maxFraction], cash takes what is left.
 * Euclidean projection on the capped simplex; not pro-rata capping. Damping of turnover and the risk budget come after.
 * All fractions of the capital, 0 to 1.
 */
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { toDecimal } from '../decimal.ts';

export type AllocationBounds = {
  readonly minFraction: number;
  readonly maxFraction: number;
  readonly cashAllowed: boolean;
};

/** `weights` in the order of the scores; weights in order plus cash add up to exactly 1. */
export type Allocation = { readonly weights: readonly number[]; readonly cashFraction: number };

const BISECTION_STEPS = 200;
const WEIGHT_SUM_TOLERANCE = 1e-9;

/**
 * Scores are clipped at 0 and projected onto the bounds as they are. Too few strategies to place everything
 * (n * max < 1): each gets the maximum and cash takes the rest. No score above 0: each gets the minimum, cash the rest,
 * or equal parts where cash is not allowed; too few of which nothing is known (all 0) keep the maximum. No strategy:
 * all cash.
 * @throws InvalidInput INPUT_RANGE for a score or bound out of range;
 * ALLOC_INFEASIBLE where the bounds leave no answer:
 *   `0.8 < 1` (n * max, cash not allowed) or `1.05 > 1` (n * min; cash cannot be negative)
 */
export function allocate(scores: readonly number[], bounds: AllocationBounds): Allocation {
  refuse([...scoreProblems(scores), ...boundProblems(bounds)]);
  refuse(feasibilityProblems(scores.length, bounds));
  const { minFraction, maxFraction, cashAllowed } = bounds;
  const isTooFew = reach(scores.length, maxFraction).lt(1);
  const clipped = scores.map((score) => Math.max(score, 0));
  const hasNoEarner = clipped.every((score) => score === 0);
  if (cashAllowed && hasNoEarner && (!isTooFew || scores.some((score) => score < 0))) {
    return withCash(scores.map(() => minFraction));
  }
  if (isTooFew) return withCash(scores.map(() => maxFraction));
  return { weights: projectOntoCappedSimplex(clipped, minFraction, maxFraction), cashFraction: 0 };
}

/**
 * The nearest point w to y with sum 1 and min <= w_i <= max: w = clip(y - tau, min, max), tau by bisection.
 * The weights in order add up to exactly 1 wherever doubles between the bounds can; else to within a few 1e-16.
 * @throws InvalidInput ALLOC_INFEASIBLE unless n * min <= 1 <= n * max
 */
export function projectOntoCappedSimplex(target: readonly number[], minimum: number, maximum: number): number[] {
  const bounds = { minFraction: minimum, maxFraction: maximum, cashAllowed: false };
  refuse([...scoreProblems(target), ...boundProblems(bounds)]);
  refuse(feasibilityProblems(target.length, bounds));
  const only = [minimum, maximum].find((bound) => reach(target.length, bound).eq(1));
  if (only !== undefined) return target.map(() => only);
  const near = closeUp(target, maximum - minimum);
  const at = (tau: number): number[] => near.map((value) => Math.min(maximum, Math.max(minimum, value - tau)));
  let low = Math.min(...near) - maximum;
  let high = Math.max(...near) - minimum;
  for (let step = 0; step < BISECTION_STEPS && low < high; step += 1) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (total(at(middle)) >= 1) low = middle;
    else high = middle;
  }
  return sumToOne(at(low), minimum, maximum);
}

/**
 * The same projection from numbers of about 1: where two neighbours lie further apart than the bounds, the lower one is
 * at its minimum or the higher one at its maximum whatever tau is, so a gap beyond that says nothing and is cut.
 */
function closeUp(target: readonly number[], width: number): number[] {
  const order = target.map((_value, index) => index).sort((a, b) => (target[a] as number) - (target[b] as number));
  const near = [...target];
  order.forEach((index, rank) => {
    const below = order[rank - 1];
    const gap = below === undefined ? 0 : Math.min(width, (target[index] as number) - (target[below] as number));
    near[index] = below === undefined ? 0 : (near[below] as number) + gap;
  });
  return near;
}

/**
 * Weights that must add up to 1 as given: nothing is rescaled.
 * @throws InvalidInput INPUT_WEIGHTS_SUM showing the sum, for another sum (beyond 1e-9) or a weight below 0
 */
export function requireWeightsSum(weights: readonly number[], path = 'weights'): void {
  const sum = total(weights);
  if (Math.abs(sum - 1) <= WEIGHT_SUM_TOLERANCE && weights.every((weight) => weight >= 0)) return;
  const shown = Number.isFinite(sum) ? Number(sum.toFixed(12)) : sum;
  const negative = weights.find((weight) => weight < 0);
  const hint = negative === undefined ? '' : `${negative} is below 0`;
  refuse([problem('INPUT_WEIGHTS_SUM', path, shown, 'weights of 0 or more that sum to 1', hint)]);
}

/**
 * Concentration of what is invested: sum of squared shares, 1/n (even) to 1 (all in one); null with nothing invested.
 */
export function herfindahlIndex(weights: readonly number[]): number | null {
  const invested = total(weights);
  if (!(invested > 0)) return null;
  return weights.reduce((sum, weight) => sum + (weight / invested) ** 2, 0);
}

/** (1 - HHI) / (1 - 1/n) in [0, 1]: 1 = evenly spread; 0 for one strategy; null with nothing invested. */
export function diversification(weights: readonly number[]): number | null {
  const concentration = herfindahlIndex(weights);
  if (concentration === null) return null;
  if (weights.length === 1) return 0;
  return Math.min(1, Math.max(0, (1 - concentration) / (1 - 1 / weights.length)));
}

function withCash(weights: readonly number[]): Allocation {
  return { weights, cashFraction: Math.max(0, 1 - total(weights)) };
}

/**
 * Bisection leaves a rest of a few 1e-16. It goes to the weight with the most room: within the bounds, and equal scores
 * stay equal to the last bits. A second pass is needed where adding the rest is itself rounded.
 */
function sumToOne(weights: readonly number[], minimum: number, maximum: number): number[] {
  let settled = [...weights];
  for (let pass = 0; pass < settled.length && total(settled) !== 1; pass += 1) {
    const rest = 1 - total(settled);
    const room = settled.map((weight) => (rest > 0 ? maximum - weight : weight - minimum));
    const order = room.map((_space, index) => index).sort((a, b) => (room[b] as number) - (room[a] as number));
    const moved = (index: number): number[] => settled.map((weight, i) => (i === index ? weight + rest : weight));
    const allowed = order.filter((index) => (room[index] as number) >= Math.abs(rest));
    const exact = allowed.find((index) => total(moved(index)) === 1) ?? allowed[pass];
    if (exact === undefined) break;
    settled = moved(exact);
  }
  return settled;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** n * fraction without the rounding of doubles: 3 * 0.1 is 0.3. */
const reach = (count: number, fraction: number) => toDecimal(fraction).times(count);

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInput(problems);
}

const scoreProblems = (scores: readonly number[]): Problem[] =>
  scores.flatMap((score, index) =>
    Number.isFinite(score) ? [] : [problem('INPUT_RANGE', `scores[${index}]`, score, 'a finite number')],
  );

function boundProblems({ minFraction, maxFraction }: AllocationBounds): Problem[] {
  const problems: Problem[] = [];
  const isFraction = (value: number) => value >= 0 && value <= 1;
  if (!isFraction(minFraction))
    problems.push(problem('INPUT_RANGE', 'minFraction', minFraction, 'a fraction from 0 to 1'));
  if (!isFraction(maxFraction))
    problems.push(problem('INPUT_RANGE', 'maxFraction', maxFraction, 'a fraction from 0 to 1'));
  if (minFraction > maxFraction) {
    problems.push(problem('INPUT_RANGE', 'minFraction', minFraction, `at most maxFraction (${maxFraction})`));
  }
  return problems;
}

function feasibilityProblems(count: number, bounds: AllocationBounds): Problem[] {
  const least = reach(count, bounds.minFraction);
  const most = reach(count, bounds.maxFraction);
  const parts = (fraction: number) => `${count} strategies at ${fraction} each`;
  if (least.gt(1))
    return [
      infeasible(`${least} > 1`, `${parts(bounds.minFraction)} at least`, 'lower minFraction or drop strategies'),
    ];
  if (most.gte(1) || bounds.cashAllowed) return [];
  return [
    infeasible(
      `${most} < 1`,
      `${parts(bounds.maxFraction)} at most`,
      'raise maxFraction, add strategies or allow cash',
    ),
  ];
}

const infeasible = (shown: string, parts: string, hint: string): Problem =>
  problem('ALLOC_INFEASIBLE', 'weights', shown, 'weights that sum to 1', hint, `weights: ${parts} make ${shown}`);
