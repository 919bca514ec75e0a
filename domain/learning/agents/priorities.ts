/**
 * Priorities of the rows of a replay as a tree of sums: drawn in proportion to them in the logarithm of their number.
 */

export type Priorities = {
  readonly total: () => number;
  readonly get: (row: number) => number;
  readonly set: (row: number, priority: number) => void;
  /** The row at which the sum of priorities passes `mass`, which is below the total. */
  readonly rowAt: (mass: number) => number;
  /** The largest that was ever set, 1 before: what nobody has looked at yet gets it. */
  readonly largest: () => number;
  readonly leaves: (count: number) => Float64Array;
  readonly restore: (leaves: ArrayLike<number>, largest: number) => void;
};

export function createPriorities(rows: number): Priorities {
  let width = 1;
  while (width < rows) width *= 2;
  const sums = new Float64Array(2 * width);
  let largest = 1;
  const set = (row: number, priority: number): void => {
    let at = width + row;
    sums[at] = priority;
    for (at >>= 1; at >= 1; at >>= 1) sums[at] = (sums[2 * at] as number) + (sums[2 * at + 1] as number);
    if (priority > largest) largest = priority;
  };
  return {
    total: () => sums[1] as number,
    get: (row) => sums[width + row] as number,
    set,
    rowAt(mass) {
      let [at, left] = [1, mass];
      while (at < width) {
        const below = sums[2 * at] as number;
        const goRight = left >= below && (sums[2 * at + 1] as number) > 0;
        at = 2 * at + (goRight ? 1 : 0);
        if (goRight) left -= below;
      }
      return at - width;
    },
    largest: () => largest,
    leaves: (count) => sums.slice(width, width + count),
    restore(leaves, was) {
      for (let row = 0; row < leaves.length; row += 1) set(row, leaves[row] as number);
      largest = was;
    },
  };
}
