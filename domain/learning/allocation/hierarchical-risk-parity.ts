/**
 * Hierarchical risk parity (López de Prado 2016): single linkage on √((1 − ρ) / 2), leaves in the order of the
 * dendrogram, each ordered list split in the middle and its capital shared by the inverse of the halves' variances.
 */
import { at, correlationOf, type Matrix } from './covariance.ts';
import { inverseVariance } from './inverse-volatility.ts';

/** @param correlation of the same strategies; absent: that of the covariance */
export function hierarchicalRiskParity(covariance: Matrix, correlation: Matrix = correlationOf(covariance)): number[] {
  const weights = covariance.map(() => 1);
  split(leafOrder(correlation), covariance, weights);
  return weights;
}

function split(leaves: readonly number[], covariance: Matrix, weights: number[]): void {
  if (leaves.length < 2) return;
  const middle = Math.floor(leaves.length / 2);
  const halves = [leaves.slice(0, middle), leaves.slice(middle)] as const;
  const [first, second] = [clusterVariance(halves[0], covariance), clusterVariance(halves[1], covariance)];
  const share = 1 - first / (first + second);
  for (const leaf of halves[0]) weights[leaf] = (weights[leaf] as number) * share;
  for (const leaf of halves[1]) weights[leaf] = (weights[leaf] as number) * (1 - share);
  for (const half of halves) split(half, covariance, weights);
}

/** Variance of a cluster held by inverse variance. */
function clusterVariance(leaves: readonly number[], covariance: Matrix): number {
  const inside = leaves.map((i) => leaves.map((j) => at(covariance, i, j)));
  const weights = inverseVariance(inside);
  return weights.reduce(
    (sum, weight, i) => sum + weights.reduce((row, other, j) => row + weight * other * at(inside, i, j), 0),
    0,
  );
}

type Cluster = { readonly id: number; readonly leaves: readonly number[] };

/**
 * Single linkage, nearest clusters first; of the two that join, the one made earlier stands on the left.
 * Ties go to the pair that comes first in the list.
 */
export function leafOrder(correlation: Matrix): number[] {
  const distance = (i: number, j: number): number => Math.sqrt(Math.max(0, (1 - at(correlation, i, j)) / 2));
  const apart = (a: Cluster, b: Cluster): number =>
    Math.min(...a.leaves.flatMap((i) => b.leaves.map((j) => distance(i, j))));
  let clusters: Cluster[] = correlation.map((_row, id) => ({ id, leaves: [id] }));
  for (let id = correlation.length; clusters.length > 1; id += 1) {
    const [left, right] = nearestPair(clusters, apart);
    const joined = { id, leaves: [...left.leaves, ...right.leaves] };
    clusters = [...clusters.filter((one) => one !== left && one !== right), joined];
  }
  return [...(clusters[0]?.leaves ?? [])];
}

/** Clusters stand in the order of their ids. */
function nearestPair(clusters: readonly Cluster[], apart: (a: Cluster, b: Cluster) => number): [Cluster, Cluster] {
  const pairs = clusters.flatMap((a, index) => clusters.slice(index + 1).map((b) => ({ a, b, apart: apart(a, b) })));
  const { a, b } = pairs.reduce((best, one) => (one.apart < best.apart ? one : best));
  return [a, b];
}
