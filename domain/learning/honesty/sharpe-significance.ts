/**
 * Is a Sharpe ratio more than luck? Probabilistic and deflated Sharpe, and how long a record must be. Sharpe ratios are
 * per observation (not annualised), kurtosis is not in excess (normal: 3); probabilities are 0 to 1. Sources: D. Bailey
 * and M. López de Prado, The Sharpe Ratio Efficient Frontier (2012) and The Deflated Sharpe Ratio (2014); with
 * J. Borwein and Q. Zhu, Pseudo-Mathematics and Financial Charlatanism (2014).
 */
import { normalCdf, normalQuantile } from '../../normal-distribution.ts';

/** A Sharpe ratio as it was measured: over how many observations of which shape. */
export type MeasuredSharpe = {
  readonly sharpe: number;
  readonly count: number;
  readonly skewness: number;
  readonly kurtosis: number;
};

type Shape = Omit<MeasuredSharpe, 'count'>;

/** 1 - skewness · SR + (kurtosis - 1) / 4 · SR²: how much wider than normal the estimate's spread is, squared. */
const spreadFactor = ({ sharpe, skewness, kurtosis }: Shape): number =>
  1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;

/**
 * √((1 - skewness · SR + (kurtosis - 1)/4 · SR²) / (n - 1)); null below two observations or for an impossible shape.
 */
export function sharpeStandardError(measured: MeasuredSharpe): number | null {
  const factor = spreadFactor(measured);
  return measured.count < 2 || !(factor > 0) ? null : Math.sqrt(factor / (measured.count - 1));
}

/** PSR = Φ((SR - SR*) / standard error): how likely the true Sharpe is above SR*; null where the error is undefined. */
export function probabilisticSharpe(measured: MeasuredSharpe, benchmarkSharpe = 0): number | null {
  const error = sharpeStandardError(measured);
  return error === null ? null : normalCdf((measured.sharpe - benchmarkSharpe) / error);
}

/**
 * MinTRL = 1 + spread factor · (Φ⁻¹(p) / (SR - SR*))²: observations needed until the PSR reaches `probability`.
 * Null where the Sharpe is not above the benchmark: no length will do.
 */
export function minimumTrackRecord(shape: Shape, benchmarkSharpe = 0, probability = 0.95): number | null {
  const factor = spreadFactor(shape);
  if (!(shape.sharpe > benchmarkSharpe) || !(factor > 0)) return null;
  return 1 + factor * (normalQuantile(probability) / (shape.sharpe - benchmarkSharpe)) ** 2;
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * E[max_N] = (1 - γ) Φ⁻¹(1 - 1/N) + γ Φ⁻¹(1 - 1/(N e)): what the best of N skill-less trials reaches, in standard
 * deviations of a trial. 0 for one trial, and never below it, where the formula would go between one trial and two.
 * @throws RangeError below one trial
 */
export function expectedMaximum(trials: number): number {
  if (!(trials >= 1)) throw new RangeError(`trials: got ${trials}, expected at least 1`);
  if (trials === 1) return 0;
  const half = (1 - EULER_MASCHERONI) * normalQuantile(1 - 1 / trials);
  return Math.max(0, half + EULER_MASCHERONI * normalQuantile(1 - 1 / (trials * Math.E)));
}

export type DeflatedSharpe = {
  /** The Sharpe that the best of so many trials reaches without any skill, per observation. */
  readonly luckySharpe: number;
  /** PSR against that; null where the error of the Sharpe is undefined. */
  readonly probability: number | null;
};

/**
 * DSR = PSR with SR* = √variance · E[max_N].
 * @param trials every trial that was ever evaluated, failed ones too
 * @param trialSharpeVariance variance of the trials' Sharpe ratios, per observation
 */
export function deflatedSharpe(measured: MeasuredSharpe, trials: number, trialSharpeVariance: number): DeflatedSharpe {
  if (!(trialSharpeVariance >= 0)) {
    throw new RangeError(`trialSharpeVariance: got ${trialSharpeVariance}, expected 0 or more`);
  }
  const luckySharpe = Math.sqrt(trialSharpeVariance) * expectedMaximum(trials);
  return { luckySharpe, probability: probabilisticSharpe(measured, luckySharpe) };
}

/** N̂ = ρ + (1 - ρ) N: as how many independent trials N with the mean correlation ρ count; at least 1. */
export const effectiveTrials = (trials: number, meanCorrelation: number): number =>
  Math.max(1, meanCorrelation + (1 - meanCorrelation) * trials);

/**
 * MinBTL = (E[max_N] / SR)²: years of data below which the best of N skill-less trials shows this yearly Sharpe.
 * @throws RangeError unless the target is above 0
 */
export function minimumBacktestYears(trials: number, targetYearlySharpe: number): number {
  if (!(targetYearlySharpe > 0)) throw new RangeError(`target: got ${targetYearlySharpe}, expected above 0`);
  return (expectedMaximum(trials) / targetYearlySharpe) ** 2;
}

/** The simple upper bound of the same, 2 ln N / SR². */
export const minimumBacktestYearsBound = (trials: number, targetYearlySharpe: number): number =>
  (2 * Math.log(trials)) / targetYearlySharpe ** 2;
