/**
 * Value at risk of an exponentially weighted variance with mean 0: what happened lately counts most.
 * Source: J.P. Morgan and Reuters, RiskMetrics Technical Document (1996); λ = 0.94 for days.
 */
import { gaussianLoss } from './gaussian-loss.ts';
import type { LossEstimate } from './historical-loss.ts';

export const RISKMETRICS_LAMBDA = 0.94;
/** Days beyond the effective ones weigh this much together. */
const EFFECTIVE_TOLERANCE = 0.01;

/**
 * σ² = λ σ² + (1 - λ) r², from the first return to the last, beginning at `initialDeviation`². Without one the weights
 * of the returns are scaled to a sum of 1: σ² = Σ λ^k r² / Σ λ^k. @param returns oldest first, at least one
 */
export function ewmaDeviation(returns: ArrayLike<number>, lambda: number, initialDeviation: number | null): number {
  let variance = (initialDeviation ?? 0) ** 2;
  for (let i = 0; i < returns.length; i += 1) {
    variance = lambda * variance + (1 - lambda) * (returns[i] as number) ** 2;
  }
  return Math.sqrt(initialDeviation === null ? variance / (1 - lambda ** returns.length) : variance);
}

/** ln(0.01) / ln(λ): so many days carry 99 % of the weight. */
export const ewmaEffectiveDays = (lambda: number): number => Math.log(EFFECTIVE_TOLERANCE) / Math.log(lambda);

/** The normal distribution's figures at mean 0. */
export const ewmaLoss = (deviation: number, level: number): LossEstimate => gaussianLoss(0, deviation, level);
