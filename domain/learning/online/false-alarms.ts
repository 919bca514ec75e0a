/**
 * How often a strategy that works is called degraded by luck: trades are taken as independent, each won with the same
 * probability. Exact: a run of losses by the chain of its length, a win rate by the binomial distribution.
 */

/** The true win rate at which the desk states how often its rules are wrong; spec 8.6 takes the same. */
export const ASSUMED_WIN_RATE = 0.55;

/**
 * Probability of `runLength` or more losses in a row somewhere within `trades` trades: 0 to 1.
 * @throws RangeError where winRate is not a probability
 */
export function lossRunProbability(winRate: number, runLength: number, trades: number): number {
  requireProbability(winRate);
  const loss = 1 - winRate;
  // alive[k]: no such run so far, and the last k trades were losses.
  let alive = new Float64Array(runLength);
  alive[0] = 1;
  let alarmed = 0;
  for (let trade = 0; trade < trades; trade += 1) {
    const next = new Float64Array(runLength);
    next[0] = winRate * alive.reduce((sum, one) => sum + one, 0);
    for (let k = 1; k < runLength; k += 1) next[k] = loss * (alive[k - 1] as number);
    alarmed += loss * (alive[runLength - 1] as number);
    alive = next;
  }
  return alarmed;
}

/** Probability that fewer than `rateMin` × `trades` of `trades` trades are won. @throws RangeError as above */
export function lowWinRateProbability(winRate: number, rateMin: number, trades: number): number {
  requireProbability(winRate);
  const [lnWin, lnLoss] = [Math.log(winRate), Math.log1p(-winRate)];
  let lnWays = 0;
  let sum = 0;
  for (let wins = 0; wins <= trades && wins / trades < rateMin; wins += 1) {
    sum += Math.exp(lnWays + power(wins, lnWin) + power(trades - wins, lnLoss));
    lnWays += Math.log((trades - wins) / (wins + 1));
  }
  return Math.min(1, sum);
}

/** n × ln x, where 0 × ln 0 = 0. */
const power = (exponent: number, logarithm: number): number => (exponent === 0 ? 0 : exponent * logarithm);

function requireProbability(winRate: number): void {
  if (!(winRate >= 0 && winRate <= 1)) throw new RangeError(`win rate ${winRate}, expected 0 to 1`);
}
