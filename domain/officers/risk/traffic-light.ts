/**
 * The zone that a number of exceptions lies in. Source: Basel Committee, Supervisory Framework for the Use of
 * "Backtesting" in Conjunction with the Internal Models Approach (1996).
 */

export type TrafficLight = {
  readonly zone: 'green' | 'yellow' | 'red';
  /** P(at most so many exceptions) if the VaR is right: yellow from 95 %, red from 99.99 %. */
  readonly cumulativeProbability: number;
  /** Of the capital, by the Committee's table for 250 days at 99 %; null for another number of days or level. */
  readonly multiplier: number | null;
};

const YELLOW_FROM = 0.95;
const RED_FROM = 0.9999;
const TABLE_DAYS = 250;
const TABLE_LEVEL = 0.99;
/** By exceptions: 0 to 4 green, 5 to 9 yellow, 10 and more red. */
const MULTIPLIERS = [3, 3, 3, 3, 3, 3.4, 3.5, 3.65, 3.75, 3.85];
const MULTIPLIER_MAX = 4;

export function trafficLight(observations: number, exceptions: number, level: number): TrafficLight {
  const cumulativeProbability = binomialCdf(exceptions, observations, 1 - level);
  const zone = cumulativeProbability >= RED_FROM ? 'red' : cumulativeProbability >= YELLOW_FROM ? 'yellow' : 'green';
  const inTable = observations === TABLE_DAYS && level === TABLE_LEVEL;
  return {
    zone,
    cumulativeProbability,
    multiplier: inTable ? (MULTIPLIERS[exceptions] ?? MULTIPLIER_MAX) : null,
  };
}

/** Σ over k ≤ x of C(n, k) p^k (1-p)^(n-k), in logarithms: (1-p)^n is 0 for long records. */
function binomialCdf(x: number, n: number, p: number): number {
  const odds = Math.log(p) - Math.log1p(-p);
  let logTerm = n * Math.log1p(-p);
  let sum = 0;
  for (let k = 0; k <= x; k += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1)) + odds;
  }
  return Math.min(1, sum);
}
