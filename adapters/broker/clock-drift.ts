/**
 * How far our clock is from the venue's, and what follows: a warning above 1 s, no new orders above 5 s. Judged at the
 * worst the measurement allows, half the round trip added, so that a slow answer cannot hide a drift.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import type { VenueClock } from './venue.ts';

/** Limits of rule D14; Alpaca has no receive window, so the block is a constant. */
export const DRIFT_WARN_MS = 1_000;
export const DRIFT_BLOCK_MS = 5_000;

export type ClockVerdict = { readonly level: 'ok' } | { readonly level: 'warn' | 'block'; readonly problem: Problem };

/** A measurement that is no number blocks. Codes: CLOCK_DRIFT. */
export function judgeClock({ offsetMs, roundTripMs }: Pick<VenueClock, 'offsetMs' | 'roundTripMs'>): ClockVerdict {
  const worstMs = Math.abs(offsetMs) + Math.max(0, roundTripMs) / 2;
  if (worstMs <= DRIFT_WARN_MS) return { level: 'ok' };
  const level = worstMs <= DRIFT_BLOCK_MS ? 'warn' : 'block';
  return { level, problem: driftProblem(level, offsetMs, roundTripMs) };
}

function driftProblem(level: 'warn' | 'block', offsetMs: number, roundTripMs: number): Problem {
  const side = offsetMs < 0 ? 'behind' : 'ahead of';
  const within = seconds(roundTripMs / 2);
  const told = `the venue's clock is ${seconds(Math.abs(offsetMs))} s ${side} ours (within ${within} s)`;
  const limitMs = level === 'block' ? DRIFT_BLOCK_MS : DRIFT_WARN_MS;
  const effect = level === 'block' ? 'no new orders' : 'orders go on';
  const expected = `at most ${seconds(limitMs)} s`;
  return problem('CLOCK_DRIFT', 'clock', offsetMs, expected, 'set the clock of this machine', `${told}: ${effect}`);
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
