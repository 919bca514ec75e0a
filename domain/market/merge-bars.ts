/**
 * Live bars merged by open time: duplicates and any order of arrival give the same bars, because of two versions of a
 * bar the one with the higher sequence is kept (of equal sequences the one whose values come later as text).
 */
import type { Bar } from '../../schemas/market.ts';
import { canonicalDecimal } from './decimal-text.ts';

/** A bar as a source sent it. `sequence` grows with every answer of the source: a later word beats an earlier one. */
export type LiveBar = Bar & { readonly sequence: number };

/** The bars of both lists in time order, each stamp once. Idempotent, and the same for every order of its inputs. */
export function mergeBars(known: readonly LiveBar[], incoming: readonly LiveBar[]): LiveBar[] {
  const byTime = new Map<number, LiveBar>();
  for (const bar of [...known, ...incoming]) {
    const kept = byTime.get(bar.openTimeMs);
    byTime.set(bar.openTimeMs, kept === undefined ? bar : laterOf(kept, bar));
  }
  return [...byTime.values()].sort((a, b) => a.openTimeMs - b.openTimeMs);
}

/** The version that is kept of two for one stamp: the greater of a total order, so the order of asking is the same. */
export function laterOf(a: LiveBar, b: LiveBar): LiveBar {
  if (a.sequence !== b.sequence) return a.sequence > b.sequence ? a : b;
  const [valuesA, valuesB] = [valuesText(a), valuesText(b)];
  if (valuesA !== valuesB) return valuesA > valuesB ? a : b;
  return writtenText(a) >= writtenText(b) ? a : b;
}

/** Whether two versions of a bar say the same: 1.50 is 1.5. */
export const sameValues = (a: Bar, b: Bar): boolean => valuesText(a) === valuesText(b);

const cells = (bar: Bar): string[] => [bar.open, bar.high, bar.low, bar.close, bar.volume];
const valuesText = (bar: Bar): string => cells(bar).map(canonicalDecimal).join(' ');
const writtenText = (bar: Bar): string => cells(bar).join(' ');
