/** How much symbols move together: every pair's correlation of returns, and their mean. */
import { pearson } from '../../market/correlation.ts';

export type Correlations = {
  /** Row and column by the order of the series; null where one of the two never moves. */
  readonly matrix: readonly (readonly (number | null)[])[];
  /** Mean over the pairs that have one; null without any. */
  readonly average: number | null;
};

/** @param series returns of the same days */
export function correlationMatrix(series: readonly (readonly number[])[]): Correlations {
  const matrix: (number | null)[][] = series.map(() => series.map(() => null));
  const known: number[] = [];
  series.forEach((one, i) => {
    for (let j = i; j < series.length; j += 1) {
      const rho = bounded(pearson(one, series[j] as readonly number[]));
      (matrix[i] as (number | null)[])[j] = rho;
      (matrix[j] as (number | null)[])[i] = rho;
      if (i !== j && rho !== null) known.push(rho);
    }
  });
  return { matrix, average: known.length === 0 ? null : known.reduce((sum, rho) => sum + rho, 0) / known.length };
}

/** Rounding may carry the quotient past 1 by a last digit. */
const bounded = (rho: number | null): number | null => (rho === null ? null : Math.max(-1, Math.min(1, rho)));
