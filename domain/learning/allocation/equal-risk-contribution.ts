/**
 * Weights of which each bears the same part of the variance: w_i (Cw)_i alike for all. The minimum of ½ x'Cx − Σ
 * ln(x_i) / n, found coordinate by coordinate (Griveau-Billion, Richard and Roncalli 2013), scaled to sum to 1.
 */
import { at, type Matrix } from './covariance.ts';

const ROUNDS_MAX = 10_000;
const TOLERANCE = 1e-13;

export function equalRiskContribution(covariance: Matrix): number[] {
  const count = covariance.length;
  const x = covariance.map((_row, i) => 1 / Math.sqrt(at(covariance, i, i) * count));
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let moved = 0;
    for (let i = 0; i < count; i += 1) {
      const before = x[i] as number;
      const variance = at(covariance, i, i);
      const others = covariance[i]?.reduce((sum, value, j) => (j === i ? sum : sum + value * (x[j] as number)), 0) ?? 0;
      const after = (-others + Math.sqrt(others * others + (4 * variance) / count)) / (2 * variance);
      x[i] = after;
      moved = Math.max(moved, Math.abs(after - before) / after);
    }
    if (moved < TOLERANCE) break;
  }
  const sum = x.reduce((total, value) => total + value, 0);
  return x.map((value) => value / sum);
}
