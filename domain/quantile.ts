/**
 * The value below which a share of the values lies, with a straight line between neighbours: type 7 of Hyndman and Fan
 * (Sample Quantiles in Statistical Packages, 1996), the default of numpy and R. In the unit of the values.
 */

/**
 * `share` from 0 (the least) to 1 (the largest). Values in any order.
 * @throws RangeError without values, or outside 0 to 1
 */
export const quantile = (values: ArrayLike<number>, share: number): number =>
  sortedQuantile(Float64Array.from(values).sort(), share);

/** The same of values that are sorted already. */
export function sortedQuantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0 || !(share >= 0 && share <= 1)) {
    throw new RangeError(`quantile ${share} of ${sorted.length} values: expected 0 to 1 of at least one value`);
  }
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below] as number, sorted[Math.min(below + 1, sorted.length - 1)] as number];
  return low === high ? low : low + (place - below) * (high - low);
}
