/**
 * Judges bars that a vendor's adapter has found sound: which are new, and which are revisions of bars that were used
 * already. Nothing is repaired. A bar that jumps by more than 50 % is not used, and its symbol is to be quarantined for
 * paper and live trading until a person has looked. Order of arrival and repetition change nothing but which of two
 * versions of a bar is the one that was seen first.
 */
import type { Bar } from '../../schemas/market.ts';
import type { Problem } from '../../schemas/problem.ts';
import { isoText, jumpProblem } from './bar-problems.ts';
import { jumpOf } from './jumps.ts';
import { sameValues } from './same-values.ts';

export type LiveBarsInput = {
  /** Stored bars in time order; they are not judged again. */
  readonly known: readonly Bar[];
  /** What the source sent now, in any order. */
  readonly incoming: readonly Bar[];
  readonly nowMs: number;
  readonly intervalMs: number;
  /** Names the source in problems, such as the symbol. */
  readonly path: string;
};

/** A bar that was used came again with other values: written down, never applied to decisions that were made. */
export type BarRevision = { readonly before: Bar; readonly after: Bar };

export type JudgedBars = {
  /** Bars that are new and may be used, all closed by our clock, in time order, each stamp once. */
  readonly accepted: readonly Bar[];
  readonly revisions: readonly BarRevision[];
  /** Why some were refused: a person has to look. */
  readonly problems: readonly Problem[];
};

export function judgeLiveBars({ known, incoming, nowMs, intervalMs, path }: LiveBarsInput): JudgedBars {
  const stored = new Map(known.map((bar) => [bar.openTimeMs, bar]));
  const closed = incoming.filter((bar) => bar.openTimeMs + intervalMs <= nowMs);
  const accepted: Bar[] = [];
  const revisions: BarRevision[] = [];
  const problems: Problem[] = [];
  let previous: Bar | undefined;
  let last: Bar | undefined;
  for (const bar of [...known, ...closed].sort((a, b) => a.openTimeMs - b.openTimeMs)) {
    if (last !== undefined && last.openTimeMs < bar.openTimeMs) previous = last;
    const before = stored.get(bar.openTimeMs);
    if (before === undefined || !sameValues(before, bar)) {
      const jump = jumpFrom(previous, bar, path);
      if (jump !== null) problems.push(jump);
      else if (before !== undefined) revisions.push({ before, after: bar });
      else {
        accepted.push(bar);
        stored.set(bar.openTimeMs, bar);
      }
    }
    last = stored.get(bar.openTimeMs) ?? last;
  }
  return { accepted, revisions, problems };
}

/** Measured from the last good bar of an earlier stamp. */
function jumpFrom(last: Bar | undefined, bar: Bar, path: string): Problem | null {
  if (last === undefined) return null;
  const previous = Number(last.close);
  const prices = { open: Number(bar.open), high: Number(bar.high), low: Number(bar.low), close: Number(bar.close) };
  const jump = jumpOf(previous, prices);
  if (jump === null) return null;
  return jumpProblem(`${path}:${isoText(bar.openTimeMs)}:${jump.column}`, prices[jump.column], previous);
}
