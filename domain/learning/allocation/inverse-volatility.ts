/** The less a strategy moves, the more it gets: shares by 1/σ or 1/σ². */
import { at, type Matrix } from './covariance.ts';

export const inverseVolatility = (covariance: Matrix): number[] => inverse(covariance, Math.sqrt);

export const inverseVariance = (covariance: Matrix): number[] => inverse(covariance, (variance) => variance);

function inverse(covariance: Matrix, measure: (variance: number) => number): number[] {
  const shares = covariance.map((_row, i) => 1 / measure(at(covariance, i, i)));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
