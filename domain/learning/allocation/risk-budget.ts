/** What a day may cost all strategies together, by the 95 % value at risk of each and how they move together. */
import { quantile } from '../../quantile.ts';
import { at, correlationOf, covarianceOf, type Matrix } from './covariance.ts';

/** Share of the capital that a day may cost at 95 % (spec 8.7). */
export const DAILY_RISK_FRACTION = 0.02;
/** Fewer days say nothing about how two strategies move together. */
const DAYS_MIN = 20;

/** Loss of a day that 5 % of days exceed, on the strategy's own capital; 0 or more. */
export const dailyValueAtRisk = (daily: readonly number[]): number =>
  daily.length === 0 ? 0 : Math.max(0, -quantile(daily, 0.05));

/** Correlation of daily returns by strategy over the days that all have; with too few, 1: the careful guess. */
export function measuredCorrelation(daily: readonly (readonly number[])[]): number[][] {
  const days = Math.min(...daily.map((returns) => returns.length));
  if (daily.length === 0 || days < DAYS_MIN) return daily.map(() => daily.map(() => 1));
  const rows = Array.from({ length: days }, (_day, index) => daily.map((one) => one.at(index - days) as number));
  return correlationOf(covarianceOf(rows));
}

/** √ Σ w_i w_j VaR_i VaR_j ρ_ij: what a day costs the whole, as a fraction of the capital. */
export function jointRisk(weights: readonly number[], valueAtRisk: readonly number[], correlation: Matrix): number {
  const parts = weights.map((weight, i) => weight * (valueAtRisk[i] as number));
  const variance = parts.reduce(
    (sum, a, i) => sum + parts.reduce((row, b, j) => row + a * b * at(correlation, i, j), 0),
    0,
  );
  return Math.sqrt(Math.max(0, variance));
}
