/**
 * How wide each kernel of an axis is: the larger distance to its neighbours among the observations (the outermost have
 * one), at least 1 / min(100, 2 (n + 2)) and at most 1, the whole range. Neighbour widths are those of Optuna 5.0; its
 * floor is twice as high, which keeps the last trials of a short search further from the optimum than need be.
 */

/** Below which no kernel of `count` observations goes. */
export const narrowestWidth = (count: number): number => 1 / Math.min(100, 2 * (count + 2));

/** @param middles coordinates from 0 to 1, in any order; the widths come in the same order */
export function kernelWidths(middles: Float64Array): Float64Array {
  const count = middles.length;
  const narrowest = narrowestWidth(count);
  const order = orderOf(middles);
  const widths = new Float64Array(count);
  for (let place = 0; place < count; place += 1) {
    const distance = distanceToNeighbours(middles, order, place);
    widths[order[place] as number] = Math.min(1, Math.max(narrowest, distance));
  }
  return widths;
}

function distanceToNeighbours(middles: Float64Array, order: Int32Array, place: number): number {
  const here = middles[order[place] as number] as number;
  const last = order.length - 1;
  if (last === 0) return Math.max(here, 1 - here);
  const before = place === 0 ? 0 : here - (middles[order[place - 1] as number] as number);
  const after = place === last ? 0 : (middles[order[place + 1] as number] as number) - here;
  return Math.max(before, after);
}

/**
 * Indices from the least value up, equal values by index: dealt into as many buckets as values, then put in order by
 * insertion. This is the hot spot of a suggestion, and a sort that compares by a callback takes most of its time.
 */
export function orderOf(values: Float64Array): Int32Array {
  const order = dealIntoBuckets(values);
  for (let i = 1; i < order.length; i += 1) {
    const index = order[i] as number;
    const value = values[index] as number;
    let place = i;
    while (place > 0 && (values[order[place - 1] as number] as number) > value) {
      order[place] = order[place - 1] as number;
      place -= 1;
    }
    order[place] = index;
  }
  return order;
}

/** Indices in order of the bucket of their value, by index within one. */
function dealIntoBuckets(values: Float64Array): Int32Array {
  const count = values.length;
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i += 1) {
    least = Math.min(least, values[i] as number);
    largest = Math.max(largest, values[i] as number);
  }
  const scale = largest > least ? (count - 1) / (largest - least) : 0;
  const buckets = new Int32Array(count);
  const next = new Int32Array(count + 1);
  for (let i = 0; i < count; i += 1) {
    const bucket = Math.floor(((values[i] as number) - least) * scale);
    buckets[i] = bucket;
    next[bucket + 1] = (next[bucket + 1] as number) + 1;
  }
  for (let bucket = 1; bucket <= count; bucket += 1) {
    next[bucket] = (next[bucket] as number) + (next[bucket - 1] as number);
  }
  const order = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const bucket = buckets[i] as number;
    const place = next[bucket] as number;
    order[place] = i;
    next[bucket] = place + 1;
  }
  return order;
}
