/** Estimates with their 90 % intervals. */

export type Interval = { readonly estimate: number; readonly lower: number; readonly upper: number };

/** Two-sided 90 %. */
const Z90 = 1.6448536269514722;

/**
 * Mean over sample standard deviation; standard error sqrt((1 + SR²/2) / n) for independent
 * returns (A. Lo, The Statistics of Sharpe Ratios, Financial Analysts Journal 58, 2002, equation
 * 9). Null with fewer than two returns, or all alike.
 */
export function sharpeInterval(returns: readonly number[]): Interval | null {
  const count = returns.length;
  if (count < 2) return null;
  const mean = returns.reduce((sum, one) => sum + one, 0) / count;
  const variance = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1);
  if (!(variance > 0)) return null;
  const estimate = mean / Math.sqrt(variance);
  const error = Z90 * Math.sqrt((1 + estimate ** 2 / 2) / count);
  return { estimate, lower: estimate - error, upper: estimate + error };
}

/**
 * A share of successes (E. B. Wilson, Probable Inference, Journal of the American Statistical Association 22, 1927).
 */
export function shareInterval(successes: number, count: number): Interval {
  const share = successes / count;
  const z2 = Z90 ** 2;
  const centre = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z90 * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count ** 2))) / (1 + z2 / count);
  return { estimate: share, lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}
