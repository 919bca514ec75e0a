/**
 * ADWIN (Bifet and Gavaldà, Learning from time-changing data with adaptive windowing, SDM 2007): a window
 * of the last values that shrinks when an older part of it has another mean than the newer part. The
 * window is kept as rows of buckets, row r holding sums of 2^r values, so it costs O(log n) to keep and
 * to check. Settings are those of River and MOA.
 */
import type { DriftDetector } from './detector.ts';

export type AdwinSettings = {
  /** Confidence: how probable a false alarm is. @default 0.002 */
  readonly delta: number;
  /** Values between two checks. @default 32 */
  readonly clock: number;
  /** Buckets a row before two are merged. @default 5 */
  readonly maxBuckets: number;
  /** Least values on either side of a cut. @default 5 */
  readonly minWindowLength: number;
  /** Values before the first check. @default 10 */
  readonly gracePeriod: number;
  /** River begins anew after an alarm; MOA keeps the newer part of its window, and may alarm again. @default reset */
  readonly afterAlarm: 'reset' | 'shrink';
};

export const ADWIN: AdwinSettings = {
  delta: 0.002,
  clock: 32,
  maxBuckets: 5,
  minWindowLength: 5,
  gracePeriod: 10,
  afterAlarm: 'reset',
};

type Bucket = { readonly total: number; readonly squares: number };

/**
 * `rows[r]`: buckets of 2^r values, oldest first. `squares`: sum of squared distances from the mean. Values are held
 * less `origin`, the first of them: sums of large values would round, and a constant would seem to move.
 */
type Window = {
  readonly rows: Bucket[][];
  readonly origin: number;
  width: number;
  total: number;
  squares: number;
};

const windowFrom = (origin: number): Window => ({ rows: [[]], origin, width: 0, total: 0, squares: 0 });

export function createAdwin(settings: AdwinSettings = ADWIN): DriftDetector {
  const { clock, gracePeriod, afterAlarm } = settings;
  let window: Window | null = null;
  let count = 0;
  return (value) => {
    window ??= windowFrom(value);
    insert(window, value - window.origin, settings.maxBuckets);
    count += 1;
    if (count % clock !== 0 || window.width <= gracePeriod) return false;
    let alarm = false;
    while (window.width > 0 && hasCut(window, settings)) {
      dropOldest(window);
      alarm = true;
    }
    if (alarm && afterAlarm === 'reset') {
      window = null;
      count = 0;
    }
    return alarm;
  };
}

function insert(window: Window, value: number, maxBuckets: number): void {
  window.rows[0]?.push({ total: value, squares: 0 });
  if (window.width > 0) {
    const distance = value - window.total / window.width;
    window.squares += (window.width * distance * distance) / (window.width + 1);
  }
  window.width += 1;
  window.total += value;
  compress(window.rows, maxBuckets);
}

function compress(rows: Bucket[][], maxBuckets: number): void {
  for (let r = 0; r < rows.length; r += 1) {
    const row = rows[r] as Bucket[];
    if (row.length <= maxBuckets) return;
    const [older, newer] = row.splice(0, 2) as [Bucket, Bucket];
    if (r + 1 === rows.length) rows.push([]);
    rows[r + 1]?.push(joined(older, newer, 2 ** r));
  }
}

const joined = (a: Bucket, b: Bucket, size: number): Bucket => ({
  total: a.total + b.total,
  squares: a.squares + b.squares + (a.total / size - b.total / size) ** 2 * (size / 2),
});

function dropOldest(window: Window): void {
  const last = window.rows.length - 1;
  const size = 2 ** last;
  const bucket = window.rows[last]?.shift() as Bucket;
  window.width -= size;
  window.total -= bucket.total;
  const distance = window.width === 0 ? 0 : bucket.total / size - window.total / window.width;
  const between = (size * window.width * distance * distance) / (size + window.width);
  window.squares -= bucket.squares + between;
  if (window.rows[last]?.length === 0 && last > 0) window.rows.pop();
}

/** Whether an older part of the window, cut at a border of buckets, has another mean than the rest. */
function hasCut({ rows, width, total, squares }: Window, { delta, minWindowLength }: AdwinSettings): boolean {
  const confidence = Math.log((2 * Math.log(width)) / delta);
  const variance = squares / width;
  let [older, olderTotal] = [0, 0];
  for (let r = rows.length - 1; r >= 0; r -= 1) {
    const row = rows[r] as Bucket[];
    for (const bucket of row) {
      older += 2 ** r;
      olderTotal += bucket.total;
      const newer = width - older;
      if (older < minWindowLength || newer < minWindowLength) continue;
      const reciprocal = 1 / (older - minWindowLength + 1) + 1 / (newer - minWindowLength + 1);
      const bound = Math.sqrt(2 * reciprocal * variance * confidence) + (2 / 3) * confidence * reciprocal;
      if (Math.abs(olderTotal / older - (total - olderTotal) / newer) > bound) return true;
    }
  }
  return false;
}
