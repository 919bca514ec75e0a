/**
 * The Page-Hinkley test (Page 1954; Hinkley 1971) for a mean that has moved, with the settings and the fading factor of
 * River and scikit-multiflow. It begins anew after an alarm.
 */
import type { DriftDetector } from './detector.ts';

export type PageHinkleySettings = {
  /** Values before the first alarm is possible. @default 30 */
  readonly minInstances: number;
  /** How far the mean may wander, in units of the values. @default 0.005 */
  readonly delta: number;
  /** λ, in units of the values: an alarm where a sum reaches it. @default 50 */
  readonly threshold: number;
  /** What is left of a sum at the next value. @default 0.9999 */
  readonly alpha: number;
  /** Which way the mean may have moved. @default up */
  readonly direction: 'up' | 'down' | 'both';
};

export const PAGE_HINKLEY: PageHinkleySettings = {
  minInstances: 30,
  delta: 0.005,
  threshold: 50,
  alpha: 0.9999,
  direction: 'up',
};

const START = { count: 0, mean: 0, up: 0, down: 0 };

/** Up: S = max(0, α S + x − mean − δ), the mean with x in it; down is its mirror image. */
export function createPageHinkley(settings: PageHinkleySettings = PAGE_HINKLEY): DriftDetector {
  const { minInstances, delta, threshold, alpha, direction } = settings;
  let state = START;
  return (value) => {
    const count = state.count + 1;
    const mean = state.mean + (value - state.mean) / count;
    const up = Math.max(0, alpha * state.up + (value - mean - delta));
    const down = Math.max(0, alpha * state.down + (mean - value - delta));
    const highest = Math.max(direction === 'down' ? 0 : up, direction === 'up' ? 0 : down);
    const alarm = count >= minInstances && highest >= threshold;
    state = alarm ? START : { count, mean, up, down };
    return alarm;
  };
}
