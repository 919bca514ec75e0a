/**
 * How every officer keeps its time. A slot is a multiple of the interval; each is served once, late ones are skipped and
 * noted, never bunched. An alert or a person wakes the officer at once, between two slots. Never ends: continues as new.
 */
import {
  allHandlersFinished,
  ContinueAsNew,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type CycleAnswer,
  type CycleRequest,
  type CycleTrigger,
  type MissedSlots,
  type OfficerStatus,
  wakeSchema,
} from '../../schemas/officers/cycle.ts';
import {
  modeSwitchedSignal,
  type Officer,
  officerId,
  officerStatusQuery,
  riskAlertSignal,
} from '../messages/officers.ts';

/** What continues as new. */
export type CycleCarry = {
  readonly sinceMs: number;
  dueMs: number;
  intervalMs: number;
  enabled: boolean;
  state: Readonly<Record<string, unknown>> | null;
  cycles: number;
  missed: number;
  lastCycleAtMs: number | null;
  /** Slots that nobody served and that are not noted yet. */
  owed: MissedSlots[];
};

export type Wake = { readonly trigger: CycleTrigger; readonly correlationId: string };
export type Step = (request: CycleRequest) => Promise<CycleAnswer>;

/** An officer as its workflow sees it: handlers are set on it, then `keep` runs it for ever. */
export type OfficerDesk = {
  readonly carry: CycleCarry;
  /** Serves the officer at once; the answer, or null when it could not work. */
  readonly wake: (wake: Wake) => Promise<CycleAnswer | null>;
  readonly keep: (again: (carry: CycleCarry) => Promise<never>) => Promise<never>;
};

/** Events of one run; details allow 5,000. */
const HISTORY_EVENTS_MAX = 3_000;
const SLOTS_OWED_MAX = 50;

const firstCarry = (intervalMs: number): CycleCarry => ({
  sinceMs: Date.now(),
  dueMs: Date.now(),
  intervalMs,
  enabled: true,
  state: null,
  cycles: 0,
  missed: 0,
  lastCycleAtMs: null,
  owed: [],
});

/** @param intervalMs until the policy has been heard */
export function openOfficer(officer: Officer, step: Step, intervalMs: number, carried?: CycleCarry): OfficerDesk {
  const carry = carried ?? firstCarry(intervalMs);
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time: two evaluations must not overtake each other. */
  const serve = (wake: Wake, slotMs: number | null): Promise<CycleAnswer | null> => {
    const next = last.then(() => serveOnce(officer, step, carry, wake, slotMs));
    last = next.catch(() => undefined);
    return next;
  };
  setHandler(officerStatusQuery, () => ({ ...statusOf(officer, carry) }), {
    description: 'What this officer last said.',
  });
  return {
    carry,
    wake: (wake) => serve(wake, null),
    keep: async (again) => {
      for (;;) {
        const slotMs = await nextSlot(carry);
        await serve({ trigger: 'clock', correlationId: uuid4() }, slotMs);
        carry.dueMs = slotMs + carry.intervalMs - (slotMs % carry.intervalMs);
        if (!isLong()) continue;
        await condition(allHandlersFinished);
        await last;
        await again(carry);
      }
    },
  };
}

const isLong = (): boolean => {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > HISTORY_EVENTS_MAX;
};

/** Sleeps until the next slot; slots that went by meanwhile are owed. */
async function nextSlot(carry: CycleCarry): Promise<number> {
  const waitMs = carry.dueMs - Date.now();
  if (waitMs > 0) await condition(() => false, waitMs);
  const { intervalMs, dueMs } = carry;
  const slotMs = Math.floor(Date.now() / intervalMs) * intervalMs;
  const fromMs = Math.ceil(dueMs / intervalMs) * intervalMs;
  if (carry.cycles > 0 && fromMs < slotMs) owe(carry, { fromMs, toMs: slotMs, everyMs: intervalMs });
  return slotMs;
}

function owe(carry: CycleCarry, slots: MissedSlots): void {
  carry.missed += Math.ceil((slots.toMs - slots.fromMs) / slots.everyMs);
  carry.owed = [...carry.owed, slots].slice(-SLOTS_OWED_MAX);
}

async function serveOnce(
  officer: Officer,
  step: Step,
  carry: CycleCarry,
  { trigger, correlationId }: Wake,
  slotMs: number | null,
): Promise<CycleAnswer | null> {
  const missed = carry.owed;
  try {
    const answer = await step({ slotMs, missed, trigger, correlationId, sinceMs: carry.sinceMs });
    carry.owed = carry.owed.slice(missed.length);
    carry.enabled = answer.enabled;
    carry.intervalMs = answer.intervalMs;
    carry.state = answer.state ?? carry.state;
    carry.cycles += 1;
    carry.lastCycleAtMs = Date.now();
    setCurrentDetails(detailsOf(officer, carry));
    await tell(answer);
    return answer;
  } catch (error) {
    if (isCancellation(error) || error instanceof ContinueAsNew) throw error;
    log.warn('an officer could not work', { officer, error: String(error) });
    if (slotMs !== null) owe(carry, { fromMs: slotMs, toMs: slotMs + 1, everyMs: carry.intervalMs });
    return null;
  }
}

/** Another officer hears of it at once; one that is not there hears of it in its own cycle. */
async function tell({ tell: told }: CycleAnswer): Promise<void> {
  if (told === null) return;
  const signal = told.signal === 'riskAlert' ? riskAlertSignal : modeSwitchedSignal;
  await getExternalWorkflowHandle(officerId(told.to))
    .signal(signal, told.payload)
    .catch((error: unknown) => log.warn('an officer was not reached', { to: told.to, error: String(error) }));
}

const statusOf = (officer: Officer, carry: CycleCarry): OfficerStatus => ({
  officer,
  enabled: carry.enabled,
  intervalMs: carry.intervalMs,
  cycles: carry.cycles,
  missed: carry.missed,
  lastCycleAtMs: carry.lastCycleAtMs,
  nextCycleAtMs: carry.dueMs,
  state: carry.state,
});

function detailsOf(officer: Officer, { cycles, missed, enabled, state }: CycleCarry): string {
  const shown = ['mode', 'globalMode', 'riskScore', 'riskLevel', 'primary', 'reasons', 'alerts'] as const;
  const lines = shown.flatMap((name) => (state?.[name] === undefined ? [] : [`| ${name} | ${cellOf(state[name])} |`]));
  const head = `**${officer}** ${enabled ? '' : '(off) '}${cycles} cycles, ${missed} slots missed`;
  return [head, '', '| | |', '|---|---|', ...lines].join('\n');
}

const cellOf = (value: unknown): string =>
  (Array.isArray(value) ? value.join('; ') : String(value)).replaceAll('|', '\\|').slice(0, 300);

/** The correlation id that a signal carries, else a new one. */
export const wakeOf = (trigger: CycleTrigger, payload: unknown): Wake => {
  const parsed = wakeSchema.safeParse(payload);
  return { trigger, correlationId: parsed.success ? parsed.data.correlationId : uuid4() };
};
