/**
 * Figures of a series of simple returns (0.01 = one percent up), by empyrical's definitions: sample standard deviation,
 * downside over all observations, geometric annual return, wealth 1 before the first return. A NaN is a missing
 * observation: it is left out of means, but its period counts in the years. What is undefined is null, never NaN.
 */

/** A constant, or one value a period. */
export type Benchmark = number | readonly number[];

/** e_t / e_(t-1) - 1 for each bar after the first; NaN where the wealth before was 0 or less. */
export function simpleReturns(equity: readonly number[]): number[] {
  return equity.slice(1).map((value, index) => {
    const before = equity[index] as number;
    return before > 0 ? value / before - 1 : Number.NaN;
  });
}

/** r - f where neither is missing. @throws RangeError for a benchmark of another length */
export const excessReturns = (returns: readonly number[], benchmark: Benchmark): readonly number[] =>
  present(above(returns, benchmark));

/** (prod(1 + r))^(P / n) - 1; -1 after a total loss; null without periods, after debts, or beyond any number. */
export function annualReturnFraction(returns: readonly number[], periodsPerYear: number): number | null {
  const wealth = present(returns).reduce((product, value) => product * (1 + value), 1);
  if (returns.length === 0 || wealth < 0) return null;
  return finiteOrNull(wealth ** (periodsPerYear / returns.length) - 1);
}

/** sd(r, n - 1) * sqrt(P); null with fewer than two returns. */
export function volatilityFraction(returns: readonly number[], periodsPerYear: number): number | null {
  const deviation = sampleDeviation(present(returns));
  return deviation === null ? null : deviation * Math.sqrt(periodsPerYear);
}

/** mean(r - f) / sd(r - f, n - 1) * sqrt(P); null with fewer than two returns or without any spread. */
export function sharpeRatio(
  returns: readonly number[],
  periodsPerYear: number,
  riskFree: Benchmark = 0,
): number | null {
  const excess = excessReturns(returns, riskFree);
  const deviation = sampleDeviation(excess);
  if (deviation === null || deviation <= roundingNoise(excess)) return null;
  return finiteOrNull((mean(excess) / deviation) * Math.sqrt(periodsPerYear));
}

/** sqrt(mean(min(r - m, 0)^2 over ALL n)) * sqrt(P); null without returns. */
export function downsideRiskFraction(
  returns: readonly number[],
  periodsPerYear: number,
  requiredReturn: Benchmark = 0,
): number | null {
  const excess = excessReturns(returns, requiredReturn);
  if (excess.length === 0) return null;
  return Math.sqrt(mean(excess.map((value) => Math.min(value, 0) ** 2))) * Math.sqrt(periodsPerYear);
}

/** mean(r - m) * P / downside risk; null where no return falls short of m. */
export function sortinoRatio(
  returns: readonly number[],
  periodsPerYear: number,
  requiredReturn: Benchmark = 0,
): number | null {
  const downside = downsideRiskFraction(returns, periodsPerYear, requiredReturn);
  if (downside === null || downside === 0) return null;
  return finiteOrNull((mean(excessReturns(returns, requiredReturn)) * periodsPerYear) / downside);
}

/** Largest fall from a peak as a fraction of that peak, positive (empyrical prints it negative); 0 without a fall. */
export function maxDrawdownFraction(returns: readonly number[]): number {
  let wealth = 1;
  let peak = 1;
  let deepest = 0;
  for (const value of present(returns)) {
    wealth *= 1 + value;
    peak = Math.max(peak, wealth);
    deepest = Math.max(deepest, 1 - wealth / peak);
  }
  return deepest;
}

/** Annual return / largest drawdown; null without a drawdown. */
export function calmarRatio(returns: readonly number[], periodsPerYear: number): number | null {
  const annual = annualReturnFraction(returns, periodsPerYear);
  const drawdown = maxDrawdownFraction(returns);
  return annual === null || drawdown === 0 ? null : finiteOrNull(annual / drawdown);
}

/** Gains above over shortfalls below the threshold (1 + annual)^(1/P) - 1; null without a shortfall. */
export function omegaRatio(
  returns: readonly number[],
  periodsPerYear: number,
  riskFree: Benchmark = 0,
  requiredAnnualReturn = 0,
): number | null {
  const threshold = (1 + requiredAnnualReturn) ** (1 / periodsPerYear) - 1;
  const excess = excessReturns(returns, riskFree).map((value) => value - threshold);
  const gains = excess.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const shortfalls = excess.reduce((sum, value) => sum - Math.min(value, 0), 0);
  return shortfalls === 0 ? null : gains / shortfalls;
}

/** r^2 of a straight line through the cumulated log returns, 0 to 1; null with fewer than two or a flat line. */
export function stabilityOfReturns(returns: readonly number[]): number | null {
  let total = 0;
  const logs = present(returns).map((value) => {
    total += Math.log1p(value);
    return total;
  });
  const middle = (logs.length - 1) / 2;
  const level = mean(logs);
  const xx = logs.reduce((sum, _value, x) => sum + (x - middle) ** 2, 0);
  const yy = logs.reduce((sum, y) => sum + (y - level) ** 2, 0);
  const xy = logs.reduce((sum, y, x) => sum + (x - middle) * (y - level), 0);
  return xx === 0 || yy === 0 ? null : finiteOrNull(xy ** 2 / (xx * yy));
}

/** `riskFree` and `requiredReturn` a period; `requiredAnnualReturn` a year, for omega. */
export type ReturnOptions = {
  readonly periodsPerYear: number;
  readonly riskFree: Benchmark;
  readonly requiredReturn: Benchmark;
  readonly requiredAnnualReturn: number;
};

/** All figures of this file at once. */
export const returnFigures = (returns: readonly number[], options: ReturnOptions) => {
  const { periodsPerYear, riskFree, requiredReturn, requiredAnnualReturn } = options;
  return {
    annualReturnFraction: annualReturnFraction(returns, periodsPerYear),
    volatilityFraction: volatilityFraction(returns, periodsPerYear),
    sharpe: sharpeRatio(returns, periodsPerYear, riskFree),
    excessSharpe: sharpeRatio(returns, 1, riskFree),
    downsideRiskFraction: downsideRiskFraction(returns, periodsPerYear, requiredReturn),
    sortino: sortinoRatio(returns, periodsPerYear, requiredReturn),
    drawdownFractionMax: maxDrawdownFraction(returns),
    calmar: calmarRatio(returns, periodsPerYear),
    omega: omegaRatio(returns, periodsPerYear, riskFree, requiredAnnualReturn),
    stability: stabilityOfReturns(returns),
  };
};

/** Nothing is copied where nothing is missing: a year of minutes has half a million returns. */
const present = (values: readonly number[]): readonly number[] =>
  values.some(Number.isNaN) ? values.filter((value) => !Number.isNaN(value)) : values;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function above(returns: readonly number[], benchmark: Benchmark): readonly number[] {
  if (benchmark === 0) return returns;
  if (typeof benchmark === 'number') return returns.map((value) => value - benchmark);
  if (benchmark.length === returns.length) return returns.map((value, index) => value - (benchmark[index] as number));
  throw new RangeError(`benchmark: got ${benchmark.length} values, expected ${returns.length}, one a return`);
}

function sampleDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** A return is a quotient minus 1, so equal growth each bar still differs by a few 1e-16: that is no spread. */
const roundingNoise = (values: readonly number[]): number =>
  1e-15 * (1 + values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
