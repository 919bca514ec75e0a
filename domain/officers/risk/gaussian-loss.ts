/** Value at risk and expected shortfall of a normal distribution. */
import { normalDensity, normalQuantile } from '../../normal-distribution.ts';
import type { LossEstimate } from './historical-loss.ts';

/**
 * VaR = -μ - σ z, ES = -μ + σ φ(z) / α, with α = 1 - level and z = Φ⁻¹(α).
 * `deviation` divides by n (PerformanceAnalytics).
 */
export function gaussianLoss(mean: number, deviation: number, level: number): LossEstimate {
  const share = 1 - level;
  const z = normalQuantile(share);
  return { var: -mean - deviation * z, es: -mean + (deviation * normalDensity(z)) / share };
}
