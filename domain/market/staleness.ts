/**
 * How old market data may be to trade on, and how far ahead of our clock. A bar is too old when it
 * opened more than two intervals and an offset ago, a quote when it is older than its own limit.
 * For live and paper sources; history has no age.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import { isoText } from './bar-problems.ts';

const BAR_INTERVALS_MAX = 2;
/** How far a vendor's clock may be ahead of ours or behind. Chosen. */
export const CLOCK_SKEW_MAX_MS = 5_000;

/** The greatest age of a bar since its OPEN, in ms; `offsetMs` = what a venue may take to publish it. */
export const barAgeMaxMs = (intervalMs: number, offsetMs: number): number => BAR_INTERVALS_MAX * intervalMs + offsetMs;

/** DATA_STALE with age and limit when `atMs` is more than `ageMaxMs` before `nowMs`, else null. */
export function staleProblem(path: string, atMs: number, nowMs: number, ageMaxMs: number): Problem | null {
  const ageMs = nowMs - atMs;
  if (ageMs <= ageMaxMs) return null;
  const got = `${isoText(atMs)}, ${ageMs / 1_000} s old`;
  return problem('DATA_STALE', path, got, `at most ${ageMaxMs / 1_000} s old`, 'has the feed stopped?');
}
