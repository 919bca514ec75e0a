/**
 * The time of an officer's cycles, pure. A slot is a multiple of the interval, in epoch ms. Each is served once; those
 * that went by unserved are owed a note, a row of them as one entry however long it is.
 */
import type { MissedSlots } from '../../schemas/officers/cycle.ts';

/** The slot to serve at `nowMs`, which is not before `dueMs`; slots between the two were skipped. */
export type DueSlot = { readonly slotMs: number; readonly skipped: MissedSlots | null };

export function dueSlot(nowMs: number, dueMs: number, intervalMs: number): DueSlot {
  const slotMs = slotAt(nowMs, intervalMs);
  const fromMs = Math.ceil(dueMs / intervalMs) * intervalMs;
  return { slotMs, skipped: fromMs < slotMs ? { fromMs, toMs: slotMs, everyMs: intervalMs } : null };
}

/** The slot that holds an instant. */
export const slotAt = (atMs: number, intervalMs: number): number => Math.floor(atMs / intervalMs) * intervalMs;

/** The first slot after an instant. */
export const slotAfter = (atMs: number, intervalMs: number): number => slotAt(atMs, intervalMs) + intervalMs;

/** A single slot. */
export const oneSlot = (slotMs: number, everyMs: number): MissedSlots => ({
  fromMs: slotMs,
  toMs: slotMs + everyMs,
  everyMs,
});

export const countOf = ({ fromMs, toMs, everyMs }: MissedSlots): number => Math.ceil((toMs - fromMs) / everyMs);

/**
 * Ranges that are owed at most: another one begins only where the interval
 * was changed, or a slot was served, in between.
 */
const RANGES_MAX = 200;

/** What is owed with one range more; it lengthens the last one where it follows it without a gap. */
export function owing(owed: readonly MissedSlots[], slots: MissedSlots): MissedSlots[] {
  const last = owed.at(-1);
  const follows = last?.everyMs === slots.everyMs && last.toMs === slots.fromMs;
  if (follows) return [...owed.slice(0, -1), { ...last, toMs: slots.toMs }];
  return [...owed, slots].slice(-RANGES_MAX);
}
