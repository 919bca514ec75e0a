/** Mean, spread and shape of returns as the loss measures need them: all moments divide by n. */
import { sampleMoments } from '../../learning/honesty/sample-moments.ts';
import type { Shape } from './cornish-fisher-loss.ts';

/** Null with fewer than two returns. */
export function returnShape(returns: ArrayLike<number>): Shape | null {
  const moments = sampleMoments(returns);
  if (moments === null) return null;
  const { count, mean, deviation, skewness, kurtosis } = moments;
  return { mean, deviation: deviation * Math.sqrt((count - 1) / count), skewness, excessKurtosis: kurtosis - 3 };
}
