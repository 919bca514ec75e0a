/**
 * How unlikely a residual's Dickey-Fuller t is when two random walks are not tied to each other: MacKinnon's figures
 * for two variables with a constant. Critical values: response surface of J. G. MacKinnon, Critical Values for
 * Cointegration Tests (Queen's Economics Department working paper 1227, 2010), table 2, tau_c, N = 2. P-value:
 * Approximate Asymptotic Distribution Functions for Unit-Root and Cointegration Tests (JBES 12, 1994), N = 2.
 */
import { normalCdf } from '../normal-distribution.ts';

/** At 1, 5 and 10 percent: a t below the value rejects "not tied". */
export type CriticalValues = {
  readonly onePercent: number;
  readonly fivePercent: number;
  readonly tenPercent: number;
};

/** c0 + c1 / T + c2 / T², T = number of differences the t was worked out from. */
const SURFACE = {
  onePercent: [-3.89644, -10.9519, -22.527],
  fivePercent: [-3.33613, -6.1101, -6.823],
  tenPercent: [-3.04445, -4.2412, -2.72],
} as const;

/** @param differences one less than the number of bars */
export const criticalValues = (differences: number): CriticalValues => ({
  onePercent: polynomial(SURFACE.onePercent, 1 / differences),
  fivePercent: polynomial(SURFACE.fivePercent, 1 / differences),
  tenPercent: polynomial(SURFACE.tenPercent, 1 / differences),
});

const TAU_MIN = -18.86;
const TAU_MAX = 0.92;
/** Where the two approximations meet. */
const TAU_STAR = -2.62;
const LEFT = [2.92, 1.5012, 0.039796] as const;
const RIGHT = [2.1945, 0.64695, -0.29198, -0.042377] as const;

/** Asymptotic, 0 to 1; 0 for -Infinity, 1 above the range of the approximation. */
export function pValueOf(t: number): number {
  if (t > TAU_MAX) return 1;
  if (t < TAU_MIN) return 0;
  return normalCdf(polynomial(t <= TAU_STAR ? LEFT : RIGHT, t));
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, one) => sum * x + one, 0);
