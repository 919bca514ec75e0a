/** How the returns of strategies move together. Sample covariance (n − 1); rows are days, columns strategies. */
import { InvalidInput, problem } from '../../../schemas/problem.ts';

export type Matrix = readonly (readonly number[])[];

/** @throws InvalidInput INPUT_RANGE for fewer than two days, or rows of unequal length */
export function covarianceOf(returns: Matrix): number[][] {
  const width = returns[0]?.length ?? 0;
  if (returns.length < 2 || returns.some((row) => row.length !== width)) {
    throw new InvalidInput([problem('INPUT_RANGE', 'returns', returns.length, 'two or more rows of equal length')]);
  }
  const columns = Array.from({ length: width }, (_one, column) => returns.map((row) => row[column] as number));
  const centred = columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, index) => sum + value * (b[index] as number), 0) / (returns.length - 1);
  return centred.map((a) => centred.map((b) => product(a, b)));
}

/** ρ from a covariance, within ±1; one that does not move has correlation 0 with all others. */
export const correlationOf = (covariance: Matrix): number[][] =>
  ratiosOf(covariance).map((row) => row.map((ratio) => Math.max(-1, Math.min(1, ratio))));

/** c_ij / (σ_i σ_j) as it is: of a matrix that is no covariance it may lie beyond ±1. */
const ratiosOf = (covariance: Matrix): number[][] =>
  covariance.map((row, i) =>
    row.map((value, j) => {
      if (i === j) return 1;
      const scale = Math.sqrt(at(covariance, i, i) * at(covariance, j, j));
      return scale > 0 ? value / scale : 0;
    }),
  );

export const at = (matrix: Matrix, row: number, column: number): number => matrix[row]?.[column] as number;

/** @throws InvalidInput for a matrix that is not square, symmetric, of positive variances, or that no returns can have */
export function requireCovariance(covariance: Matrix): void {
  const isSquare = covariance.every((row) => row.length === covariance.length);
  const isFit =
    isSquare &&
    covariance.every(
      (row, i) => at(covariance, i, i) > 0 && row.every((value, j) => isNear(value, at(covariance, j, i))),
    );
  if (isFit && isSemidefinite(ratiosOf(covariance))) return;
  const expected = isFit
    ? 'a covariance that returns can have: no mix of them with a variance below 0'
    : 'a square, symmetric matrix with variances above 0';
  throw new InvalidInput([problem('INPUT_RANGE', 'covariance', covariance.length, expected)]);
}

/** Rounded digits may take an eigenvalue of a correlation so far below 0. */
const EIGENVALUE_SLACK = 1e-6;

/** Whether the factors of Cholesky exist, once every eigenvalue has been lifted by the slack. */
function isSemidefinite(correlation: Matrix): boolean {
  const factor: number[][] = [];
  for (const [i, row] of correlation.entries()) {
    const own: number[] = [];
    for (let j = 0; j < i; j += 1) own.push(((row[j] as number) - dot(own, factor[j] ?? [], j)) / at(factor, j, j));
    const pivot = 1 + EIGENVALUE_SLACK - dot(own, own, i);
    if (!(pivot > 0)) return false;
    factor.push([...own, Math.sqrt(pivot)]);
  }
  return true;
}

function dot(a: readonly number[], b: readonly number[], count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k += 1) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

/** @throws InvalidInput for a matrix that is not symmetric, of so many strategies, within ±1 and 1 on its diagonal */
export function requireCorrelation(correlation: Matrix, count: number): void {
  const isFit =
    correlation.length === count &&
    correlation.every(
      (row, i) =>
        row.length === count &&
        isNear(at(correlation, i, i), 1) &&
        row.every((value, j) => Math.abs(value) <= 1 && isNear(value, at(correlation, j, i))),
    );
  if (isFit) return;
  const expected = `a symmetric matrix of ${count} by ${count} within ±1, 1 on its diagonal`;
  throw new InvalidInput([problem('INPUT_RANGE', 'correlation', correlation.length, expected)]);
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-12);
