/**
 * A series of returns beside those of a benchmark, by empyrical's definitions. Both are simple returns period by
 * period; a period in which either is NaN is left out. What is undefined is null, never NaN.
 */
import { annualReturnFraction, sharpeRatio } from './return-statistics.ts';

export type BenchmarkFigures = {
  /** Geometric, a year. */
  readonly benchmarkAnnualReturnFraction: number | null;
  readonly alpha: number | null;
  readonly beta: number | null;
  readonly correlation: number | null;
  /** Mean of the excess over its deviation, per period, not annualised. */
  readonly excessSharpe: number | null;
};

/** @throws RangeError for series of different length */
export function benchmarkFigures(
  returns: readonly number[],
  benchmark: readonly number[],
  periodsPerYear: number,
): BenchmarkFigures {
  if (returns.length !== benchmark.length) {
    throw new RangeError(`benchmark: got ${benchmark.length} returns, expected ${returns.length}`);
  }
  const pairs = commonPeriods(returns, benchmark);
  const slope = beta(pairs);
  return {
    benchmarkAnnualReturnFraction: annualReturnFraction(benchmark, periodsPerYear),
    alpha: slope === null ? null : alpha(pairs, slope, periodsPerYear),
    beta: slope,
    correlation: correlation(pairs),
    excessSharpe: sharpeRatio(returns, 1, benchmark),
  };
}

type Pairs = { readonly own: readonly number[]; readonly market: readonly number[] };

function commonPeriods(returns: readonly number[], benchmark: readonly number[]): Pairs {
  const known = returns.map((value, i) => !Number.isNaN(value) && !Number.isNaN(benchmark[i]));
  return { own: returns.filter((_value, i) => known[i]), market: benchmark.filter((_value, i) => known[i]) };
}

/** cov(r, b) / var(b); null with fewer than two periods or a benchmark without spread. */
function beta({ own, market }: Pairs): number | null {
  const spread = covariance(market, market);
  return own.length < 2 || spread <= NO_SPREAD ? null : covariance(own, market) / spread;
}

/** empyrical takes a variance below this for none. */
const NO_SPREAD = 1e-30;

/** (1 + mean(r - beta · b))^P - 1. */
function alpha({ own, market }: Pairs, slope: number, periodsPerYear: number): number | null {
  const excess = mean(own) - slope * mean(market);
  return finiteOrNull((1 + excess) ** periodsPerYear - 1);
}

function correlation({ own, market }: Pairs): number | null {
  const spreads = Math.sqrt(covariance(own, own) * covariance(market, market));
  return own.length < 2 || spreads <= NO_SPREAD ? null : covariance(own, market) / spreads;
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * ((b[i] as number) - meanB), 0) / a.length;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
