/**
 * Value at risk and expected shortfall of a normal distribution that is bent to a skewness and a kurtosis (both with
 * divisor n). The bent quantile is only one while it rises: where it falls somewhere within reach it is refused.
 * Sources: R. Cornish and R. Fisher (1938); D. Maillard, A User's Guide to the Cornish Fisher Expansion (2012);
 * K. Boudt, B. Peterson and C. Croux, Estimation and Decomposition of Downside Risk (Journal of Risk 11, 2008).
 */
import { normalCdf, normalDensity, normalQuantile } from '../../normal-distribution.ts';
import type { LossEstimate } from './historical-loss.ts';

/** Mean and standard deviation in the unit of the returns; `excessKurtosis` 0 for a normal distribution. */
export type Shape = {
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
  readonly excessKurtosis: number;
};

/** z + (z² - 1) S/6 + (z³ - 3z) K/24 - (2z³ - 5z) S²/36. */
const bentQuantile = (z: number, { skewness: s, excessKurtosis: k }: Shape): number =>
  z + ((z * z - 1) * s) / 6 + ((z ** 3 - 3 * z) * k) / 24 - ((2 * z ** 3 - 5 * z) * s * s) / 36;

/** Quantiles this far out are looked at in any case: 0.1 % and 99.9 %. */
const REACH_SHARE = 0.001;

export type Monotony = {
  readonly monotone: boolean;
  /** The least slope of the bent quantile for |z| up to `reach`; it must be above 0. */
  readonly slopeMin: number;
  readonly reach: number;
};

/** Slope = 1 + z S/3 + (z² - 1) K/8 - (6z² - 5) S²/36: a parabola, least at its vertex or at an end. */
export function bentMonotony(shape: Shape, level: number): Monotony {
  const { skewness: s, excessKurtosis: k } = shape;
  const reach = -normalQuantile(Math.min(REACH_SHARE, 1 - level));
  const slope = (z: number): number => 1 + (z * s) / 3 + ((z * z - 1) * k) / 8 - ((6 * z * z - 5) * s * s) / 36;
  const vertex = -(s / 3) / (2 * (k / 8 - (s * s) / 6));
  const places = [-reach, reach, ...(Math.abs(vertex) < reach ? [vertex] : [])];
  const slopeMin = Math.min(...places.map(slope));
  return { monotone: slopeMin > 0, slopeMin, reach };
}

/** Null where the bent quantile is not monotone (`bentMonotony`): such a number would be no quantile of anything. */
export function cornishFisherLoss(shape: Shape, level: number): LossEstimate | null {
  if (!bentMonotony(shape, level).monotone) return null;
  const share = 1 - level;
  const bent = bentQuantile(normalQuantile(share), shape);
  const { mean, deviation } = shape;
  // The expansion of the tail's mean can fall short of the quantile itself: then the quantile stands ("operational").
  const tailMean = Math.min(-bentTail(bent, shape) / share, bent);
  return { var: -mean - deviation * bent, es: -mean - deviation * tailMean };
}

/** -∫ x g(x) dx up to h, g the Edgeworth density of second order (Boudt, Peterson and Croux). */
function bentTail(h: number, { skewness: s, excessKurtosis: k }: Shape): number {
  const density = normalDensity(h);
  const even = tailMoment(4, h) - 6 * tailMoment(2, h) + 3 * density;
  const odd = tailMoment(3, h) - 3 * tailMoment(1, h);
  const square = tailMoment(6, h) - 15 * tailMoment(4, h) + 45 * tailMoment(2, h) - 15 * density;
  return density + (even * k) / 24 + (odd * s) / 6 + (square * s * s) / 72;
}

/** I_q = -∫ x^(q+1) φ(x) dx up to h: I_0 = φ(h), I_1 = h φ(h) - Φ(h), I_q = h^q φ(h) + q I_(q-2). */
function tailMoment(power: number, h: number): number {
  const density = normalDensity(h);
  if (power === 0) return density;
  if (power === 1) return h * density - normalCdf(h);
  return h ** power * density + power * tailMoment(power - 2, h);
}
