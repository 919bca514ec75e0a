/**
 * Drift by z-score: every 50 values the mean of the last 50 is held against 500 values of reference. It takes |z| > 3
 * on the same side at three checks running, and the reference ends before the first of the three, so that what has
 * changed does not become its own yardstick (spec 8.6 and its details). It begins anew behind an alarm.
 */
import type { DriftDetector } from './detector.ts';

export type ZScoreSettings = {
  /** Values of reference, at least two blocks. @default 500 */
  readonly reference: number;
  /** Values between two checks; the reference is cut into blocks of as many. @default 50 */
  readonly every: number;
  /** @default 3 */
  readonly limit: number;
  /** Checks running. @default 3 */
  readonly running: number;
};

export const Z_SCORE: ZScoreSettings = { reference: 500, every: 50, limit: 3, running: 3 };

/** So many values one answer is made of. */
export const windowOf = ({ reference, every, running }: ZScoreSettings): number => reference + running * every;

/** Of a reference that never moves, any change is infinitely far away; more than this is told as this. */
const Z_TOLD_MAX = 100;

/**
 * z of the last checks, oldest first: (mean of a block − mean of the reference) / (s √(1 + 1/n)), s the deviation of
 * the reference's n block means, so values may hang together from one to the next.
 * @param values the last `windowOf(settings)` of them count
 */
export function zOfChecks(values: readonly number[], settings: ZScoreSettings = Z_SCORE): number[] {
  const { reference, every, running } = settings;
  const looked = values.slice(-windowOf(settings));
  const blocks = Array.from({ length: Math.floor(reference / every) }, (_, k) => meanOf(looked, k * every, every));
  const mean = meanOf(blocks, 0, blocks.length);
  const squares = blocks.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const scale = Math.sqrt(squares / (blocks.length - 1)) * Math.sqrt(1 + 1 / blocks.length);
  return Array.from({ length: running }, (_, k) => zOf(meanOf(looked, reference + k * every, every) - mean, scale));
}

export const isDrift = (z: readonly number[], { limit }: Pick<ZScoreSettings, 'limit'> = Z_SCORE): boolean =>
  z.every((one) => one > limit) || z.every((one) => one < -limit);

export function createZScore(settings: ZScoreSettings = Z_SCORE): DriftDetector {
  const size = windowOf(settings);
  let values: number[] = [];
  return (value) => {
    values.push(value);
    if (values.length < size || (values.length - size) % settings.every !== 0) return false;
    values = values.slice(-size);
    const alarm = isDrift(zOfChecks(values, settings), settings);
    if (alarm) values = [];
    return alarm;
  };
}

function zOf(distance: number, scale: number): number {
  if (distance === 0) return 0;
  return Math.max(-Z_TOLD_MAX, Math.min(Z_TOLD_MAX, distance / scale));
}

function meanOf(values: readonly number[], from: number, count: number): number {
  let sum = 0;
  for (let k = from; k < from + count; k += 1) sum += values[k] as number;
  return sum / count;
}
