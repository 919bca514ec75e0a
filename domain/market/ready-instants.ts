/**
 * Which instants of a live market may be walked: those at which every awaited symbol has sent its bar, or whose bars
 * are late. An instant is walked once, in order of time, and a bar that comes after its instant was walked is not.
 */
import type { Bar } from '../../schemas/market.ts';

/** The bars of all symbols that opened at one moment, in the session's order of symbols. */
export type LiveInstant = {
  readonly openTimeMs: number;
  readonly bars: readonly { readonly symbol: string; readonly bar: Bar }[];
};

export type WaitingBars = {
  /** By symbol: closed bars that were not walked yet, in time order. */
  readonly waiting: ReadonlyMap<string, readonly Bar[]>;
  /** Symbols whose market is open: an instant waits for them. */
  readonly awaited: readonly string[];
  readonly nowMs: number;
  readonly intervalMs: number;
};

const LATE_MAX_MS = 10_000;

/** How long after its close an instant waits for a symbol that is late: one interval, at most 10 s. */
const lateAfterMs = (intervalMs: number): number => Math.min(intervalMs, LATE_MAX_MS);

export function readyInstants({ waiting, awaited, nowMs, intervalMs }: WaitingBars): LiveInstant[] {
  const reached = awaited.map((symbol) => waiting.get(symbol)?.at(-1)?.openTimeMs ?? Number.NEGATIVE_INFINITY);
  const allReachedMs = Math.min(...reached);
  const lateBeforeMs = nowMs - intervalMs - lateAfterMs(intervalMs);
  const untilMs = Math.max(allReachedMs, lateBeforeMs);
  return [...barsByStamp(waiting)]
    .filter(([openTimeMs]) => openTimeMs <= untilMs)
    .sort(([a], [b]) => a - b)
    .map(([openTimeMs, bars]) => ({ openTimeMs, bars }));
}

function barsByStamp(waiting: WaitingBars['waiting']): ReadonlyMap<number, LiveInstant['bars']> {
  const byStamp = new Map<number, LiveInstant['bars'][number][]>();
  for (const [symbol, bars] of waiting) {
    for (const bar of bars) {
      const together = byStamp.get(bar.openTimeMs);
      if (together === undefined) byStamp.set(bar.openTimeMs, [{ symbol, bar }]);
      else together.push({ symbol, bar });
    }
  }
  return byStamp;
}

/** All instants of several symbols' bars, whoever is late: the past that a session opens with. */
export const allInstants = (waiting: WaitingBars['waiting']): LiveInstant[] =>
  readyInstants({ waiting, awaited: [], nowMs: 0, intervalMs: 0 });
