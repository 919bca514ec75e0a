/**
 * CUSUM for a mean that has moved (Page, Continuous inspection schemes, Biometrika 1954), and how long it runs until it
 * alarms. Values are in standard deviations from the mean they are held against; it starts again at 0 after an alarm.
 */
import { normalCdf } from '../../normal-distribution.ts';
import type { DriftDetector } from '../drift/detector.ts';

export type CusumSettings = {
  /** k, in standard deviations: half the shift that is looked for. @default 0.5 */
  readonly slack: number;
  /** h, in standard deviations. @default 5 */
  readonly limit: number;
};

export const CUSUM: CusumSettings = { slack: 0.5, limit: 5 };

export type CusumSums = { readonly up: number; readonly down: number };

/** S+ = max(0, S+ + z − k), S− = max(0, S− − z − k); an alarm when one of them exceeds h. */
export function cusumStep(
  { up, down }: CusumSums,
  z: number,
  { slack, limit }: CusumSettings = CUSUM,
): { readonly sums: CusumSums; readonly alarm: 'up' | 'down' | null } {
  const sums = { up: Math.max(0, up + z - slack), down: Math.max(0, down - z - slack) };
  const alarm = sums.up > limit ? 'up' : sums.down > limit ? 'down' : null;
  return { sums: alarm === null ? sums : { up: 0, down: 0 }, alarm };
}

export function createCusum(settings: CusumSettings = CUSUM): DriftDetector {
  let sums: CusumSums = { up: 0, down: 0 };
  return (z) => {
    const step = cusumStep(sums, z, settings);
    sums = step.sums;
    return step.alarm !== null;
  };
}

/** States of the chain; 400 give the textbook's figures to a hundredth. */
const STATES = 400;

export type RunLength = { readonly oneSided: number; readonly twoSided: number };

/**
 * Average number of values until an alarm (ARL) when the mean lies `shift` standard deviations
 * higher: by the Markov chain of Brook and Evans (Biometrika 1972), for independent normal values.
 * Two-sided: 1 / ARL = 1 / ARL(up) + 1 / ARL(down).
 */
export function cusumRunLength(shift: number, settings: CusumSettings = CUSUM): RunLength {
  const oneSided = chainLength(shift, settings);
  const twoSided = 1 / (1 / oneSided + 1 / chainLength(-shift, settings));
  return { oneSided, twoSided };
}

/** Solves (I − Q) L = 1 by elimination; Q moves between sums 0, w, 2w … below the limit, w = 2h / (2m − 1). */
function chainLength(shift: number, { slack, limit }: CusumSettings): number {
  const width = (2 * limit) / (2 * STATES - 1);
  const below = (steps: number): number => normalCdf((steps + 0.5) * width + slack - shift);
  const rows = Array.from({ length: STATES }, (_, from) => {
    const row = Float64Array.from({ length: STATES }, (_, to) => {
      const move = below(to - from) - (to === 0 ? 0 : below(to - from - 1));
      return (from === to ? 1 : 0) - move;
    });
    return { row, right: 1 };
  });
  return firstUnknown(rows);
}

type Equation = { readonly row: Float64Array; right: number };

/** I − Q is an M-matrix: elimination from the last unknown down needs no exchange of rows. */
function firstUnknown(equations: readonly Equation[]): number {
  for (let k = equations.length - 1; k > 0; k -= 1) {
    const by = equations[k] as Equation;
    for (let i = 0; i < k; i += 1) eliminate(equations[i] as Equation, by, k);
  }
  const { row, right } = equations[0] as Equation;
  return right / (row[0] as number);
}

function eliminate(target: Equation, by: Equation, k: number): void {
  const factor = (target.row[k] as number) / (by.row[k] as number);
  for (let j = 0; j < k; j += 1) target.row[j] = (target.row[j] as number) - factor * (by.row[j] as number);
  target.right -= factor * by.right;
}
