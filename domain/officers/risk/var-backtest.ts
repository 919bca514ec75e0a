/**
 * Whether a value at risk was exceeded as often as it said (Kupiec), and not in clusters (Christoffersen).
 * An exception is a loss above the VaR. All three are likelihood ratios of a χ²; 0 ln 0 = 0, so none and all work too.
 * Sources: P. Kupiec, Techniques for Verifying the Accuracy of Risk Measurement Models (Journal of Derivatives 3,
 * 1995); P. Christoffersen, Evaluating Interval Forecasts (International Economic Review 39, 1998).
 */
import { normalCdf } from '../../normal-distribution.ts';

/** `accepted`: the p-value is at least 5 %. */
export type RatioTest = { readonly likelihoodRatio: number; readonly pValue: number; readonly accepted: boolean };

const SIGNIFICANCE = 0.05;

/** Days of the kind `from`, `to`: n01 is an exception after a day without one. */
export type Transitions = {
  readonly n00: number;
  readonly n01: number;
  readonly n10: number;
  readonly n11: number;
};

/** Share of exceptions, χ² of one degree. LR = -2 ln[(1-p)^(n-x) p^x / ((1-x/n)^(n-x) (x/n)^x)]; p = 1 - level. */
export function kupiecTest(observations: number, exceptions: number, level: number): RatioTest {
  if (!(exceptions >= 0 && exceptions <= observations && observations > 0)) {
    throw new RangeError(`${exceptions} exceptions of ${observations} observations`);
  }
  const quiet = observations - exceptions;
  const told = logLikelihood(quiet, exceptions, 1 - level);
  return ratioTest(2 * (logLikelihood(quiet, exceptions, exceptions / observations) - told), 1);
}

/** Whether an exception makes another one on the next day likelier, χ² of one degree. */
export function independenceTest({ n00, n01, n10, n11 }: Transitions): RatioTest {
  const all = n00 + n01 + n10 + n11;
  const common = all === 0 ? 0 : logLikelihood(n00 + n10, n01 + n11, (n01 + n11) / all);
  return ratioTest(2 * (afterDay(n00, n01) + afterDay(n10, n11) - common), 1);
}

/** Both at once, χ² of two degrees: the sum of the two ratios. */
export const conditionalCoverageTest = (coverage: RatioTest, independence: RatioTest): RatioTest =>
  ratioTest(coverage.likelihoodRatio + independence.likelihoodRatio, 2);

export function transitionsOf(hits: readonly boolean[]): Transitions {
  const count = (from: boolean, to: boolean): number =>
    hits.filter((hit, i) => i > 0 && hit === to && hits[i - 1] === from).length;
  return { n00: count(false, false), n01: count(false, true), n10: count(true, false), n11: count(true, true) };
}

const afterDay = (quiet: number, hit: number): number =>
  quiet + hit === 0 ? 0 : logLikelihood(quiet, hit, hit / (quiet + hit));

/** ln[(1-p)^a p^b]. */
const logLikelihood = (a: number, b: number, p: number): number =>
  (a === 0 ? 0 : a * Math.log1p(-p)) + (b === 0 ? 0 : b * Math.log(p));

/** P(χ² > LR): 2 (1 - Φ(√LR)) for one degree, e^(-LR/2) for two. Rounding may leave a hair below 0. */
function ratioTest(ratio: number, degrees: 1 | 2): RatioTest {
  const likelihoodRatio = Math.max(0, ratio);
  const pValue = degrees === 1 ? 2 * normalCdf(-Math.sqrt(likelihoodRatio)) : Math.exp(-likelihoodRatio / 2);
  return { likelihoodRatio, pValue, accepted: pValue >= SIGNIFICANCE };
}
