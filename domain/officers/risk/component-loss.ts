/**
 * Which holding carries how much of the Gaussian value at risk and expected shortfall (Euler's parts of a risk of
 * degree one): the parts sum to the whole, and one below 0 is a hedge. With the sample covariance, divisor n - 1, as
 * PerformanceAnalytics has it; so the whole differs from `gaussianLoss` by √(n/(n - 1)) in its spread.
 */

import { meanOf } from '../../learning/honesty/sample-moments.ts';
import { normalDensity, normalQuantile } from '../../normal-distribution.ts';
import type { LossEstimate } from './historical-loss.ts';

/** `fraction` signed share of equity; `returns` of the symbol, the same days in all holdings. */
export type MeasuredHolding = { readonly fraction: number; readonly returns: readonly number[] };

/** The return of all holdings together, day by day: Σ fraction · return. */
export function portfolioReturns(holdings: readonly MeasuredHolding[]): number[] {
  const days = holdings[0]?.returns.length ?? 0;
  return Array.from({ length: days }, (_none, day) =>
    holdings.reduce((sum, { fraction, returns }) => sum + fraction * (returns[day] as number), 0),
  );
}

export type ComponentLosses = { readonly total: LossEstimate; readonly components: readonly LossEstimate[] };

/**
 * VaR_i = -(w_i μ_i + z w_i (Cw)_i/σ_p), ES_i = -w_i μ_i + w_i (Cw)_i/σ_p · φ(z)/α, with (Cw)_i the covariance of
 * holding i with the portfolio. @throws RangeError with fewer than two days
 */
export function componentLosses(holdings: readonly MeasuredHolding[], level: number): ComponentLosses {
  const together = portfolioReturns(holdings);
  if (together.length < 2) throw new RangeError(`${together.length} days: expected at least two`);
  const z = normalQuantile(1 - level);
  const shortfall = normalDensity(z) / (1 - level);
  const deviation = Math.sqrt(covariance(together, together));
  const components = holdings.map(({ fraction, returns }) => {
    const share = deviation === 0 ? 0 : (fraction * covariance(returns, together)) / deviation;
    const mean = fraction * meanOf(returns);
    return { var: -mean - z * share, es: -mean + shortfall * share };
  });
  const sum = (part: 'var' | 'es'): number => components.reduce((total, one) => total + one[part], 0);
  return { total: { var: sum('var'), es: sum('es') }, components };
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const sum = a.reduce((total, value, i) => total + (value - meanA) * ((b[i] as number) - meanB), 0);
  return sum / (a.length - 1);
}
