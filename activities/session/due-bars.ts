/** Which bars real time has closed: market time runs at `speed` × wall time from the first bar's open. */
import type { Timeline } from '../../domain/backtest/walk-context.ts';

type Clock = { readonly openedAtMs: number; readonly speed: number; readonly intervalMs: number };

const startsAtMs = (timeline: Timeline): number => timeline.openTimeMs[0] ?? 0;

/** Wall time at which the bar of instant `k` has closed; null after the last one. */
export function dueAtMs(timeline: Timeline, k: number, clock: Clock): number | null {
  const openMs = timeline.openTimeMs[k];
  if (openMs === undefined) return null;
  return Math.ceil(clock.openedAtMs + (openMs + clock.intervalMs - startsAtMs(timeline)) / clock.speed);
}

/** How many of the next `stepsMax` bars from `cursor` have closed by wall time `nowMs`. */
export function dueCount(timeline: Timeline, cursor: number, stepsMax: number, clock: Clock, nowMs: number): number {
  let count = 0;
  while (count < stepsMax) {
    const due = dueAtMs(timeline, cursor + count, clock);
    if (due === null || due > nowMs) break;
    count += 1;
  }
  return count;
}
