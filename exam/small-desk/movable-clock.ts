/** The time of day plus what was skipped: waits of the desk pass at once, for the desk alone. Milliseconds. */
import { setTimeout as sleep } from 'node:timers/promises';

export type MovableClock = {
  readonly nowMs: () => number;
  readonly skip: (ms: number) => void;
  /** How far the desk is ahead of everybody else. */
  readonly aheadMs: () => number;
  /** Lets the time pass for the desk, and a moment for everybody else. */
  readonly sleep: (ms: number) => Promise<void>;
};

export function movableClock(): MovableClock {
  let skippedMs = 0;
  const skip = (ms: number): void => {
    skippedMs += ms;
  };
  return {
    nowMs: () => Date.now() + skippedMs,
    skip,
    aheadMs: () => skippedMs,
    sleep: async (ms) => {
      skip(ms);
      await sleep(1);
    },
  };
}
