/**
 * One cycle of an officer: what its workflow asks an activity to do, and what it hears back. A slot is a multiple of
 * the officer's interval, in epoch ms; a cycle that an alert or a person asked for has none.
 */
import { z } from 'zod';

/**
 * What an officer is started with: nothing, or how many events of history one run may have before it continues as new.
 */
export const officerInputSchema = z.strictObject({
  maxHistoryEvents: z.number().int().min(30).max(4_000).default(3_000),
});

const instantSchema = z.number().int().min(0);

/** Slots that nobody served: from `fromMs` up to, not with, `toMs`, one every `everyMs`. */
const missedSlotsSchema = z.object({
  fromMs: instantSchema,
  toMs: instantSchema,
  everyMs: z.number().int().positive(),
});
export type MissedSlots = Readonly<z.infer<typeof missedSlotsSchema>>;

/** What continues as new. One of another version that does not fit is left behind, and the officer begins anew. */
export const cycleCarrySchema = z.object({
  /** Since when the desk has been looking, without a pause of its own. */
  sinceMs: instantSchema,
  dueMs: instantSchema,
  intervalMs: z.number().int().positive(),
  enabled: z.boolean(),
  state: z.record(z.string(), z.unknown()).nullable(),
  cycles: z.number().int().min(0),
  missed: z.number().int().min(0),
  lastCycleAtMs: instantSchema.nullable(),
  /** The last slot that was answered; null before the first. */
  lastSlotMs: instantSchema.nullable(),
  /** Slots that nobody served and that are not noted yet. */
  owed: z.array(missedSlotsSchema),
});
export type CycleCarry = z.infer<typeof cycleCarrySchema>;

export type CycleTrigger = 'clock' | 'alert' | 'equity' | 'mode' | 'person';

export type CycleRequest = {
  /** Of this one request: another attempt of it bears the same. */
  readonly requestId: string;
  /** The first slot of this chain of runs: whatever lies between it and the last one noted was missed. */
  readonly isFirst: boolean;
  readonly slotMs: number | null;
  readonly missed: readonly MissedSlots[];
  readonly trigger: CycleTrigger;
  /** Of whatever asked, the first of several; events and policy versions that come of this cycle bear it. */
  readonly correlationId: string;
  /** Of all who asked, where several did while the officer was at work. */
  readonly correlationIds?: readonly string[];
  /** Since when this officer has been looking without a pause: nobody is late before two intervals from then. */
  readonly sinceMs: number;
};

export type CycleAnswer = {
  /** What the officer says now; null while its flag is off. */
  readonly state: Record<string, unknown> | null;
  readonly enabled: boolean;
  readonly intervalMs: number;
  /** For another officer, at once. */
  readonly tell: Told | null;
};

export const toldSchema = z.strictObject({
  to: z.enum(['ceo', 'risk']),
  signal: z.enum(['riskAlert', 'modeSwitched']),
  payload: z.record(z.string(), z.json()),
});
export type Told = z.infer<typeof toldSchema>;

/** What a signal may carry; anything else is heard without it. */
export const wakeSchema = z.object({ correlationId: z.string().min(1).max(200) });

export type OfficerStatus = {
  readonly officer: string;
  readonly enabled: boolean;
  readonly intervalMs: number;
  readonly cycles: number;
  readonly missed: number;
  readonly lastCycleAtMs: number | null;
  readonly nextCycleAtMs: number;
  readonly state: Record<string, unknown> | null;
};
