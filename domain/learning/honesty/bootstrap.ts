/**
 * The stationary bootstrap (D. Politis and J. Romano, 1994): series are drawn anew in blocks of random length, so that
 * what follows what is kept. Seeded; the same seed draws the same series. Used for intervals and for the reality check.
 */
import { createRandom, type Random } from '../../market/random.ts';
import { sortedQuantile } from '../../quantile.ts';

/** √n, rounded up: the mean length of a block where none is given. */
export const defaultBlockLength = (count: number): number => Math.max(1, Math.ceil(Math.sqrt(count)));

/**
 * Fills `indices` with one drawing of 0 … n-1: each next one follows the one before (the end is joined to the start),
 * or starts a new block somewhere with probability 1 / meanBlock.
 */
export function drawStationary(indices: Int32Array, meanBlock: number, random: Random): Int32Array {
  const count = indices.length;
  let place = 0;
  for (let i = 0; i < count; i += 1) {
    const starts = i === 0 || random.uniform() * meanBlock < 1;
    place = starts ? Math.floor(random.uniform() * count) : (place + 1) % count;
    indices[i] = place;
  }
  return indices;
}

export type BootstrapOptions = {
  readonly seed: number;
  readonly samples: number;
  /** 0 to 1, such as 0.95. */
  readonly confidence: number;
  /** Mean length of a block in observations; √n where absent. */
  readonly meanBlock?: number | undefined;
};

/** `used`: samples in which the statistic was defined. */
export type BootstrapInterval = { readonly low: number; readonly high: number; readonly used: number };

/**
 * Percentile interval of a statistic of a series: the middle `confidence` of its values over redrawn series.
 * Null with fewer than two observations, or where the statistic is defined in fewer than half of the samples.
 */
export function bootstrapInterval(
  values: Float64Array,
  statistic: (sample: Float64Array) => number | null,
  { seed, samples, confidence, meanBlock = defaultBlockLength(values.length) }: BootstrapOptions,
): BootstrapInterval | null {
  if (values.length < 2) return null;
  const random = createRandom(`bootstrap:${seed}`);
  const indices = new Int32Array(values.length);
  const found: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    drawStationary(indices, meanBlock, random);
    const value = statistic(Float64Array.from(indices, (index) => values[index] as number));
    if (value !== null && Number.isFinite(value)) found.push(value);
  }
  if (found.length < samples / 2) return null;
  const sorted = Float64Array.from(found).sort();
  const tail = (1 - confidence) / 2;
  return { low: sortedQuantile(sorted, tail), high: sortedQuantile(sorted, 1 - tail), used: found.length };
}
