/** Value at risk and expected shortfall as they were: nothing is assumed about the shape of the returns. */
import { sortedQuantile } from '../../quantile.ts';

/** Losses are positive, in the unit of the returns; a negative one is a gain. `es` is never below `var`. */
export type LossEstimate = { readonly var: number; readonly es: number };

/** A return this close to the quantile, in parts of it, is the quantile: only what is lower is the tail. */
const EQUAL_PARTS = 1e-12;

/**
 * VaR = -(type-7 quantile at 1 - level); ES = -(mean of the returns below that quantile), or the VaR where none is.
 * As PerformanceAnalytics does. @param sorted returns from the lowest up, at least one; @param level such as 0.95
 */
export function historicalLoss(sorted: ArrayLike<number>, level: number): LossEstimate {
  const cut = sortedQuantile(sorted, 1 - level);
  const limit = cut - EQUAL_PARTS * Math.abs(cut);
  let [sum, count] = [0, 0];
  for (; count < sorted.length && (sorted[count] as number) < limit; count += 1) sum += sorted[count] as number;
  return { var: -cut, es: count === 0 ? -cut : Math.max(-cut, -sum / count) };
}
