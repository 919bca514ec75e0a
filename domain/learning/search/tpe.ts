/**
 * The Tree-structured Parzen Estimator (Bergstra et al., Algorithms for Hyper-Parameter Optimization, NIPS 2011) with
 * Optuna's settings, over all parameters together: 10 random points, then candidates drawn where the best tenth (at
 * most 25) of the trials lies; the one with the largest ratio of densities, best over rest, is next.
 * `ask` and `tell` are pure: the same history and the same seed give the same
 * answer, on every machine of one Node version.
 */
import type { SearchPoint, SearchSpace, SearchTrial } from '../../../schemas/search-space.ts';
import { createRandom, type Random } from '../../market/random.ts';
import { type Axis, axesOf, cellMiddle, coordinatesOf, isAllowed, pointAt } from './axis.ts';
import { buildParzen, logDensity, type Parzen, samplePoint } from './parzen.ts';

const STARTUP_TRIALS = 10;
/** Optuna draws 24; twice as many leave Hartmann's second-best valley more often, and cost half a millisecond. */
const CANDIDATES = 48;
const BEST_MAX = 25;
const DRAWS_MAX = 20 * CANDIDATES;
const UNIFORM_DRAWS_MAX = 10_000;

/** A search so far. `direction`: whether low or high values are the good ones. */
export type Search = {
  readonly space: SearchSpace;
  readonly direction: 'minimize' | 'maximize';
  readonly seed: number;
  readonly trials: readonly SearchTrial[];
};

/** The same search with one more trial; its value is null where it failed or is still under way. */
export const tell = (search: Search, trial: SearchTrial): Search => ({ ...search, trials: [...search.trials, trial] });

/**
 * The next point to try. Trials without a value count among the rest, so points under way and failures are avoided;
 * a space of whole numbers and choices gives no point twice while others are at hand.
 * @throws RangeError where a trial does not fit the space, or no point within the constraints is found
 */
export function ask(search: Search): SearchPoint {
  const axes = axesOf(search.space);
  const random = createRandom(`tpe:${search.seed}:${search.trials.length}`);
  const rows = search.trials.map((trial) => coordinatesOf(axes, trial.point));
  const scored = search.trials.filter(isScored).length;
  if (scored < STARTUP_TRIALS) return uniformPoint(search.space, axes, random);
  const { best, rest } = split(search, scored);
  const good = buildParzen(axes, gather(rows, best));
  const other = buildParzen(axes, gather(rows, rest));
  const candidates = drawCandidates(search.space, good, rows, random);
  if (candidates.length === 0) return uniformPoint(search.space, axes, random);
  return pointAt(axes, mostPromising(candidates, good, other));
}

const isScored = ({ value }: SearchTrial): boolean => value !== null && Number.isFinite(value);

/**
 * Indices of the best tenth and of the rest, each in the order in which they were tried; of equals the older is better.
 */
function split({ trials, direction }: Search, scored: number): { best: number[]; rest: number[] } {
  const costs = Float64Array.from(trials, (trial) => costOf(trial, direction));
  const bestCount = Math.min(Math.ceil(0.1 * scored), BEST_MAX);
  const limit = costs.slice().sort()[bestCount - 1] as number;
  let atLimit = bestCount - costs.filter((cost) => cost < limit).length;
  const [best, rest]: [number[], number[]] = [[], []];
  costs.forEach((cost, index) => {
    const isBest = cost < limit || (cost === limit && atLimit > 0);
    if (cost === limit) atLimit -= 1;
    (isBest ? best : rest).push(index);
  });
  return { best, rest };
}

const costOf = (trial: SearchTrial, direction: Search['direction']): number =>
  isScored(trial) ? Number(trial.value) * (direction === 'minimize' ? 1 : -1) : Number.POSITIVE_INFINITY;

const gather = (rows: readonly Float64Array[], indices: readonly number[]): Float64Array[] =>
  indices.map((index) => rows[index] as Float64Array);

function drawCandidates(
  space: SearchSpace,
  good: Parzen,
  rows: readonly Float64Array[],
  random: Random,
): Float64Array[] {
  const repeatable = good.axes.some((axis) => axis.cellCount === 0 && axis.choiceCount === 0);
  const found: Float64Array[] = [];
  for (let draw = 0; draw < DRAWS_MAX && found.length < CANDIDATES; draw += 1) {
    const candidate = samplePoint(good, random);
    if (space.constraints.length > 0 && !isAllowed(space, pointAt(good.axes, candidate))) continue;
    if (repeatable || !rows.some((row) => isEqual(row, candidate))) found.push(candidate);
  }
  return found;
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  for (let k = 0; k < a.length; k += 1) if (a[k] !== b[k]) return false;
  return true;
}

function mostPromising(candidates: readonly Float64Array[], good: Parzen, other: Parzen): Float64Array {
  const gains = candidates.map((candidate) => logDensity(good, candidate) - logDensity(other, candidate));
  return candidates[gains.indexOf(Math.max(...gains))] as Float64Array;
}

/** A point where every allowed one is equally likely. @throws RangeError when 10,000 draws find none that is allowed */
export function uniformPoint(space: SearchSpace, axes: readonly Axis[], random: Random): SearchPoint {
  for (let draw = 0; draw < UNIFORM_DRAWS_MAX; draw += 1) {
    const point = pointAt(
      axes,
      Float64Array.from(axes, (axis) => uniformCoordinate(axis, random)),
    );
    if (isAllowed(space, point)) return point;
  }
  throw new RangeError(`no point within the constraints in ${UNIFORM_DRAWS_MAX} draws`);
}

function uniformCoordinate({ choiceCount, cellCount }: Axis, random: Random): number {
  const u = random.uniform();
  if (choiceCount > 0) return Math.floor(u * choiceCount);
  return cellCount > 0 ? cellMiddle(u, cellCount) : u;
}
