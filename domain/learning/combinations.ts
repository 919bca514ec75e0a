/**
 * All ways to choose k of n, in lexicographic order: [0, 1], [0, 2], [1, 2]. Used for folds and blocks, so n is small.
 */

/** C(n, k). */
export function combinationCount(n: number, k: number): number {
  let count = 1;
  for (let step = 1; step <= k; step += 1) count = (count * (n - k + step)) / step;
  return Math.round(count);
}

export function combinations(n: number, k: number): number[][] {
  const found: number[][] = [];
  const chosen: number[] = [];
  const extend = (from: number): void => {
    if (chosen.length === k) {
      found.push([...chosen]);
      return;
    }
    for (let next = from; next <= n - (k - chosen.length); next += 1) {
      chosen.push(next);
      extend(next + 1);
      chosen.pop();
    }
  };
  extend(0);
  return found;
}
