/**
 * One cycle of an officer: what its workflow asks an activity to do, and what it hears back. A slot is a multiple of the
 * officer's interval, in epoch ms; a cycle that an alert or a person asked for has none.
 */
import { z } from 'zod';

/** Slots that nobody served: from `fromMs` up to, not with, `toMs`, one every `everyMs`. */
export type MissedSlots = { readonly fromMs: number; readonly toMs: number; readonly everyMs: number };

export type CycleTrigger = 'clock' | 'alert' | 'equity' | 'mode' | 'person';

export type CycleRequest = {
  readonly slotMs: number | null;
  readonly missed: readonly MissedSlots[];
  readonly trigger: CycleTrigger;
  /** Of whatever asked; events and policy versions that come of this cycle bear it. */
  readonly correlationId: string;
  /** Since when this officer's chain of runs has been looking: nobody is late before two intervals from then. */
  readonly sinceMs: number;
};

export type CycleAnswer = {
  /** What the officer says now; null while its flag is off. */
  readonly state: Readonly<Record<string, unknown>> | null;
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
  readonly state: Readonly<Record<string, unknown>> | null;
};
