/**
 * Value at risk and expected shortfall beyond a threshold (peaks over threshold): a generalised Pareto tail instead of
 * too few returns. Both move with the threshold, so it is told with them.
 * Source: A. McNeil, Estimating the Tails of Loss Severity Distributions using Extreme Value Theory (ASTIN 27, 1997).
 */
import { sortedQuantile } from '../../quantile.ts';
import { fitGeneralisedPareto, type ParetoFit } from './generalised-pareto.ts';
import type { LossEstimate } from './historical-loss.ts';

/** Without a threshold of one's own: the loss that this share of the days does not exceed. */
const THRESHOLD_LEVEL = 0.9;
export const EXCEEDANCES_MIN = 50;

export type TailFit = {
  readonly threshold: number;
  readonly count: number;
  readonly exceedances: number;
  readonly fit: ParetoFit | null;
  /** Why the desk does not use it; null: it does. */
  readonly refusal: string | null;
};

export type TailOptions = { readonly threshold?: number | undefined; readonly exceedancesMin: number };

/** @param losses from the lowest up, at least one; losses equal to the threshold do not exceed it */
export function fitTail(losses: ArrayLike<number>, { threshold, exceedancesMin }: TailOptions): TailFit {
  const limit = threshold ?? sortedQuantile(losses, THRESHOLD_LEVEL);
  const excesses: number[] = [];
  for (let i = losses.length - 1; i >= 0 && (losses[i] as number) > limit; i -= 1) {
    excesses.push((losses[i] as number) - limit);
  }
  const fit = fitGeneralisedPareto(excesses);
  const tail = { threshold: limit, count: losses.length, exceedances: excesses.length, fit };
  return { ...tail, refusal: refusalOf(tail, exceedancesMin) };
}

function refusalOf({ threshold, exceedances, fit }: Omit<TailFit, 'refusal'>, exceedancesMin: number): string | null {
  const few = `${exceedances} losses beyond the threshold ${threshold.toPrecision(4)}, fewer than ${exceedancesMin}`;
  if (exceedances < exceedancesMin) return few;
  if (fit === null) return 'the losses beyond the threshold are all equal';
  return fit.xi < 1 ? null : `a tail of ξ = ${fit.xi.toFixed(3)} has no mean, it must be below 1`;
}

/**
 * VaR = u + (β/ξ) ((n/N (1 - level))^-ξ - 1), ES = (VaR + β - ξ u)/(1 - ξ). Null without a fit, for ξ of 1 or more, and
 * where the level lies below the threshold: N/n must be at least 1 - level.
 */
export function evtLoss({ threshold, count, exceedances, fit }: TailFit, level: number): LossEstimate | null {
  const share = 1 - level;
  // A hair is allowed: 5 of 100 is the level 0.95, although 1 - 0.95 is not quite 0.05.
  if (fit === null || fit.xi >= 1 || exceedances / count < share * (1 - 1e-9)) return null;
  const { xi, beta } = fit;
  const far = Math.max(0, Math.log(exceedances / (count * share)));
  const beyond = Math.abs(xi) < 1e-9 ? beta * far : (beta / xi) * Math.expm1(xi * far);
  return { var: threshold + beyond, es: threshold + beyond + (beta + xi * beyond) / (1 - xi) };
}
