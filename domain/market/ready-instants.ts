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
  const stamps = new Set([...waiting.values()].flatMap((bars) => bars.map((bar) => bar.openTimeMs)));
  const reached = awaited.map((symbol) => waiting.get(symbol)?.at(-1)?.openTimeMs ?? Number.NEGATIVE_INFINITY);
  const allReachedMs = Math.min(...reached);
  const lateBeforeMs = nowMs - intervalMs - lateAfterMs(intervalMs);
  return [...stamps]
    .sort((a, b) => a - b)
    .filter((openTimeMs) => openTimeMs <= Math.max(allReachedMs, lateBeforeMs))
    .map((openTimeMs) => ({ openTimeMs, bars: barsAt(waiting, openTimeMs) }));
}

const barsAt = (waiting: WaitingBars['waiting'], openTimeMs: number): LiveInstant['bars'] =>
  [...waiting].flatMap(([symbol, bars]) =>
    bars.filter((bar) => bar.openTimeMs === openTimeMs).map((bar) => ({ symbol, bar })),
  );

/** All instants of several symbols' bars, whoever is late: the past that a session opens with. */
export const allInstants = (waiting: WaitingBars['waiting']): LiveInstant[] =>
  readyInstants({ waiting, awaited: [], nowMs: 0, intervalMs: 0 });
