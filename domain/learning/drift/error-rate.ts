/**
 * Drift of an error rate, out of a stream of 1 (wrong) and 0 (right): DDM (Gama et al., Learning
 * with drift detection, 2004) looks at the rate, EDDM (Baena-García et al., 2006) at the distance
 * between errors. Both begin anew after an alarm.
 */
import type { DriftDetector } from './detector.ts';

export type DdmSettings = {
  /** Values that are only learnt from. @default 30 */
  readonly warmStart: number;
  /** Standard deviations above the best rate. @default 3 */
  readonly driftThreshold: number;
};

export const DDM: DdmSettings = { warmStart: 30, driftThreshold: 3 };

const DDM_START = { count: 0, rate: 0, bestRate: Number.POSITIVE_INFINITY, bestDeviation: 0 };

/** An alarm where p + s > p_min + threshold × s_min, s = √(p (1 − p) / n). */
export function createDdm({ warmStart, driftThreshold }: DdmSettings = DDM): DriftDetector {
  let state = DDM_START;
  return (value) => {
    const count = state.count + 1;
    const rate = state.rate + (value - state.rate) / count;
    if (count <= warmStart) {
      state = { ...state, count, rate };
      return false;
    }
    const deviation = Math.sqrt((rate * (1 - rate)) / count);
    const isBest = rate + deviation <= state.bestRate + state.bestDeviation;
    const best = isBest ? { bestRate: rate, bestDeviation: deviation } : state;
    const alarm = rate + deviation > best.bestRate + driftThreshold * best.bestDeviation;
    state = alarm ? DDM_START : { count, rate, bestRate: best.bestRate, bestDeviation: best.bestDeviation };
    return alarm;
  };
}

export type EddmSettings = {
  /** Errors before the first alarm is possible. @default 30 */
  readonly minErrors: number;
  /** Of the longest distance seen. @default 0.9 */
  readonly driftShare: number;
};

export const EDDM: EddmSettings = { minErrors: 30, driftShare: 0.9 };

/** Values before distances are compared. */
const EDDM_VALUES_MIN = 30;
const EDDM_START = { count: 0, errors: 0, lastAt: 0, mean: 0, squares: 0, longest: 0 };

/** An alarm where (mean distance + 2 s) falls below `driftShare` of its largest value so far. */
export function createEddm({ minErrors, driftShare }: EddmSettings = EDDM): DriftDetector {
  let state = EDDM_START;
  return (value) => {
    const count = state.count + 1;
    if (value !== 1) {
      state = { ...state, count };
      return false;
    }
    const errors = state.errors + 1;
    const distance = count - state.lastAt;
    const mean = state.mean + (distance - state.mean) / errors;
    const squares = state.squares + (distance - mean) * (distance - state.mean);
    const reach = mean + 2 * Math.sqrt(squares / errors);
    const longest = count + 1 < EDDM_VALUES_MIN ? state.longest : Math.max(state.longest, reach);
    const alarm = errors > minErrors && reach < driftShare * longest;
    state = alarm ? EDDM_START : { count, errors, lastAt: count, mean, squares, longest };
    return alarm;
  };
}
