/**
 * The weights of least variance that sum to 1 within [minimum, maximum]: min w'Cw. Solved by exact steps between the
 * pair whose exchange helps most, until none helps (the optimality condition of this quadratic program).
 */
import { projectOntoCappedSimplex } from '../allocate.ts';
import { at, type Matrix } from './covariance.ts';

const STEPS_MAX = 100_000;
/** Of the largest variance: below this no exchange is worth a step. */
const TOLERANCE = 1e-12;

/** @throws InvalidInput ALLOC_INFEASIBLE unless n * minimum <= 1 <= n * maximum */
export function minimumVariance(covariance: Matrix, minimum = 0, maximum = 1): number[] {
  const even = covariance.map(() => 1 / covariance.length);
  const weights = projectOntoCappedSimplex(even, minimum, maximum);
  const slope = covariance.map((row) => row.reduce((sum, value, j) => sum + value * (weights[j] as number), 0));
  const enough = TOLERANCE * Math.max(...covariance.map((_row, i) => at(covariance, i, i)));
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const up = extreme(slope, (i) => (weights[i] as number) < maximum, -1);
    const down = extreme(slope, (i) => (weights[i] as number) > minimum, 1);
    if (up < 0 || down < 0) break;
    const gain = (slope[down] as number) - (slope[up] as number);
    if (!(gain > enough)) break;
    exchange(covariance, weights, slope, { up, down, gain, minimum, maximum });
  }
  return weights;
}

type Exchange = { up: number; down: number; gain: number; minimum: number; maximum: number };

/** Moves weight from `down` to `up` as far as the variance falls or a bound is reached. */
function exchange(covariance: Matrix, weights: number[], slope: number[], one: Exchange): void {
  const { up, down, gain, minimum, maximum } = one;
  const curve = at(covariance, up, up) + at(covariance, down, down) - 2 * at(covariance, up, down);
  const room = Math.min(maximum - (weights[up] as number), (weights[down] as number) - minimum);
  const moved = curve > 0 ? Math.min(room, gain / curve) : room;
  const isAll = moved === room;
  weights[up] = isAll && room === maximum - (weights[up] as number) ? maximum : (weights[up] as number) + moved;
  weights[down] = isAll && room === (weights[down] as number) - minimum ? minimum : (weights[down] as number) - moved;
  for (let i = 0; i < slope.length; i += 1) {
    slope[i] = (slope[i] as number) + moved * (at(covariance, i, up) - at(covariance, i, down));
  }
}

/** Index of the highest (sign 1) or lowest (sign −1) slope among those allowed; −1 for none. */
function extreme(slope: readonly number[], isAllowed: (index: number) => boolean, sign: 1 | -1): number {
  let best = -1;
  for (let i = 0; i < slope.length; i += 1) {
    if (isAllowed(i) && (best < 0 || sign * ((slope[i] as number) - (slope[best] as number)) > 0)) best = i;
  }
  return best;
}
