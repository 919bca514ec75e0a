/**
 * The generalised Pareto distribution of what exceeds a threshold, fitted by maximum likelihood.
 * Density (1/β) (1 + ξ y/β)^(-1/ξ - 1); ξ is the weight of the tail (0 exponential), β its scale in the unit of y.
 * Source of the one-dimensional form: S. Grimshaw, Computing Maximum Likelihood Estimates for the Generalized Pareto
 * Distribution (Technometrics 35, 1993): with θ = ξ/β the best ξ is the mean of ln(1 + θ y).
 */

export type ParetoFit = {
  readonly xi: number;
  readonly beta: number;
  /** Of ξ and β, from the observed information; null where it is singular. */
  readonly xiError: number | null;
  readonly betaError: number | null;
  readonly negativeLogLikelihood: number;
};

/** Below this ξ the likelihood has no regular maximum (R. Smith, Biometrika 72, 1985). */
const XI_MIN = -0.5;
/** Of s = ln(1 + θ y_max): from a tail that ends just above y_max to one of ξ far beyond 1. */
const S_MIN = -12;
const S_MAX = 36;
const GRID_STEP = 0.5;
const HALVINGS = 60;
/** Nearer to 0 than this θ has lost the digits of the slope: there the limit is taken. */
const THETA_NEAR = 1e-7;

/** @param excesses y = loss - threshold, all above 0. Null with fewer than two, or where all are equal. */
export function fitGeneralisedPareto(excesses: readonly number[]): ParetoFit | null {
  const largest = excesses.reduce((most, y) => Math.max(most, y), 0);
  const least = excesses.reduce((less, y) => Math.min(less, y), Number.POSITIVE_INFINITY);
  if (excesses.length < 2 || !(largest > least)) return null;
  // In parts of the largest excess, so that the answer scales with the losses.
  const parts = excesses.map((y) => y / largest);
  const s = mostLikely(parts);
  const { xi, beta } = atS(parts, s);
  const errors = standardErrors(parts, xi, beta);
  return {
    xi,
    beta: beta * largest,
    xiError: errors?.xi ?? null,
    betaError: errors === null ? null : errors.beta * largest,
    negativeLogLikelihood: excesses.length * (Math.log(beta * largest) + xi + 1),
  };
}

/** ξ and β on the curve of s, where y_max = 1: θ = e^s - 1, ξ = mean ln(1 + θ y), β = ξ/θ; at s = 0 the exponential. */
function atS(parts: readonly number[], s: number): { xi: number; beta: number } {
  const theta = Math.expm1(s);
  if (Math.abs(theta) < 1e-12) return { xi: 0, beta: mean(parts, (y) => y) };
  const xi = mean(parts, (y) => Math.log1p(theta * y));
  return { xi, beta: xi / theta };
}

/** ln β + ξ + 1, of one excess; infinite where ξ is out of bounds. */
function cost(parts: readonly number[], s: number): number {
  const { xi, beta } = atS(parts, s);
  return xi < XI_MIN || !(beta > 0) ? Number.POSITIVE_INFINITY : Math.log(beta) + xi + 1;
}

/** The least cost on a grid, because the curve may have a second valley; then the foot of that valley. */
function mostLikely(parts: readonly number[]): number {
  let [best, bestCost] = [0, cost(parts, 0)];
  for (let s = S_MIN; s <= S_MAX; s += GRID_STEP) {
    const found = cost(parts, s);
    if (found < bestCost) [best, bestCost] = [s, found];
  }
  let [low, high] = [best - GRID_STEP, best + GRID_STEP];
  for (let k = 0; k < HALVINGS; k += 1) {
    const middle = (low + high) / 2;
    if (isFalling(parts, middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** The slope of the cost has the sign of 1 - (1 + ξ) mean 1/(1 + θ y); near θ = 0 that of mean(y)² - mean(y²)/2. */
function isFalling(parts: readonly number[], s: number): boolean {
  const theta = Math.expm1(s);
  if (Math.abs(theta) < THETA_NEAR) return mean(parts, (y) => y) ** 2 < mean(parts, (y) => y * y) / 2;
  const { xi } = atS(parts, s);
  return xi < XI_MIN || (1 + xi) * mean(parts, (y) => 1 / (1 + theta * y)) > 1;
}

/** Roots of the inverse of the second derivatives of the negative log-likelihood, with w = y / (β + ξ y). */
function standardErrors(parts: readonly number[], xi: number, beta: number): { xi: number; beta: number } | null {
  if (Math.abs(xi) < 1e-4) return expectedErrors(parts.length, xi, beta);
  const n = parts.length;
  const w = (y: number): number => y / (beta + xi * y);
  const [logs, first, second] = [
    n * mean(parts, (y) => Math.log1p((xi * y) / beta)),
    n * mean(parts, w),
    n * mean(parts, (y) => w(y) ** 2),
  ];
  const xx = (2 * logs) / xi ** 3 - (2 * first) / xi ** 2 - (1 + 1 / xi) * second;
  const xb = (-first + (1 + xi) * second) / beta;
  const bb = (-n + (1 + xi) * (2 * first - xi * second)) / beta ** 2;
  const determinant = xx * bb - xb * xb;
  if (!(determinant > 0) || !(xx > 0)) return null;
  return { xi: Math.sqrt(bb / determinant), beta: Math.sqrt(xx / determinant) };
}

/** (1 + ξ)/√n and β √(2 (1 + ξ)/n), the limit for many excesses: near ξ = 0 the other form loses its digits. */
const expectedErrors = (n: number, xi: number, beta: number): { xi: number; beta: number } => ({
  xi: (1 + xi) / Math.sqrt(n),
  beta: beta * Math.sqrt((2 * (1 + xi)) / n),
});

function mean(values: readonly number[], of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / values.length;
}
