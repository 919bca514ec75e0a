/**
 * How every officer keeps its time. A slot is a multiple of the interval; each is served once, late
 * ones are skipped and noted, never bunched. An alert or a person wakes the officer at once,
 * between two slots. Never ends: continues as new.
 */
import {
  allHandlersFinished,
  ContinueAsNew,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { countOf, dueSlot, oneSlot, owing, slotAfter } from '../../domain/officers/slots.ts';
import { type Asked, standInLine, type Wake } from '../../domain/officers/stand-in-line.ts';
import {
  type CycleAnswer,
  type CycleCarry,
  type CycleRequest,
  type CycleTrigger,
  cycleCarrySchema,
  type MissedSlots,
  officerInputSchema,
  wakeSchema,
} from '../../schemas/officers/cycle.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import { orFail } from '../lib/invalid-input.ts';
import {
  modeSwitchedSignal,
  type Officer,
  officerId,
  officerStatusQuery,
  riskAlertSignal,
} from '../messages/officers.ts';
import { detailsOf, statusOf } from './officer-panel.ts';

export type Step = (request: CycleRequest) => Promise<CycleAnswer>;

/** What an officer's workflow is given: by whoever starts it, and by its own former run. */
export type OfficerStart = { readonly raw: unknown; readonly carried: unknown };

/** An officer as its workflow sees it: handlers are set on it, then `keep` runs it for ever. */
export type OfficerDesk = {
  readonly carry: CycleCarry;
  /** Serves the officer at once; the answer, or null when it could not work. */
  readonly wake: (wake: Wake) => Promise<CycleAnswer | null>;
  readonly keep: (again: (carry: CycleCarry) => Promise<never>) => Promise<never>;
};

type Cycle = { readonly officer: Officer; readonly step: Step; readonly carry: CycleCarry };

/** Slots missed in a row that count as a pause of the desk: after it the other officers get two intervals to report. */
const PAUSE_SLOTS = 2;

const firstCarry = (intervalMs: number): CycleCarry => ({
  sinceMs: Date.now(),
  dueMs: Date.now(),
  intervalMs,
  enabled: true,
  state: null,
  cycles: 0,
  missed: 0,
  lastCycleAtMs: null,
  lastSlotMs: null,
  owed: [],
});

/**
 * @param intervalMs until the policy has been heard
 * @throws ApplicationFailure InvalidInput for a start with anything but `officerInputSchema`
 */
export function openOfficer(officer: Officer, step: Step, intervalMs: number, start: OfficerStart): OfficerDesk {
  const { maxHistoryEvents } = orFail(() => parseInput(officerInputSchema, start.raw ?? {}));
  const carry = cycleCarrySchema.safeParse(start.carried).data ?? firstCarry(intervalMs);
  const cycle: Cycle = { officer, step, carry };
  const isLong = (): boolean => {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength > maxHistoryEvents;
  };
  const line = standInLine((asked, slotMs) => serveOnce(cycle, asked, slotMs), joins);
  setHandler(officerStatusQuery, () => ({ ...statusOf(officer, carry) }), {
    description: 'What this officer last said.',
  });
  return {
    carry,
    wake: line.wake,
    keep: async (again) => {
      for (;;) {
        const slotMs = await nextSlot(carry, isLong);
        if (slotMs !== null) await line.slot(slotMs, uuid4());
        if (!isLong()) continue;
        await condition(allHandlersFinished);
        await again(carry);
      }
    },
  };
}

/**
 * Alerts were served one by one before; a run of that time is replayed as it was. The others never had an answer each.
 */
const joins = (trigger: CycleTrigger): boolean =>
  trigger === 'equity' || trigger === 'mode' || (trigger === 'alert' && patched('alerts-joined'));

/**
 * Sleeps until the next slot; slots that went by meanwhile are owed. Null when the history has become long before it.
 */
async function nextSlot(carry: CycleCarry, isLong: () => boolean): Promise<number | null> {
  for (let waitMs = carry.dueMs - Date.now(); waitMs > 0; waitMs = carry.dueMs - Date.now()) {
    const { dueMs } = carry;
    await condition(() => carry.dueMs !== dueMs || isLong(), waitMs);
    if (isLong()) return null;
  }
  const { slotMs, skipped } = dueSlot(Date.now(), carry.dueMs, carry.intervalMs);
  if (skipped !== null) {
    owe(carry, skipped);
    if (countOf(skipped) >= PAUSE_SLOTS) carry.sinceMs = Date.now();
  }
  return slotMs;
}

function owe(carry: CycleCarry, slots: MissedSlots): void {
  carry.missed += countOf(slots);
  carry.owed = owing(carry.owed, slots);
}

async function serveOnce(
  { officer, step, carry }: Cycle,
  { trigger, correlationIds }: Asked,
  slotMs: number | null,
): Promise<CycleAnswer | null> {
  const { owed, sinceMs, lastSlotMs } = carry;
  carry.owed = [];
  if (slotMs !== null) carry.dueMs = slotAfter(slotMs, carry.intervalMs);
  const isFirst = lastSlotMs === null;
  const [correlationId = uuid4()] = correlationIds;
  const came = { trigger, correlationId, ...(correlationIds.length > 1 && { correlationIds }) };
  try {
    const answer = await step({ requestId: uuid4(), isFirst, slotMs, missed: owed, ...came, sinceMs });
    heed(carry, answer, slotMs);
    setCurrentDetails(detailsOf(officer, carry));
    await tell(answer);
    return answer;
  } catch (error) {
    if (isCancellation(error) || error instanceof ContinueAsNew) throw error;
    log.warn('an officer could not work', { officer, error: String(error) });
    const since = carry.owed;
    carry.owed = owed;
    if (slotMs !== null) owe(carry, oneSlot(slotMs, carry.intervalMs));
    for (const slots of since) carry.owed = owing(carry.owed, slots);
    return null;
  }
}

/** Another interval holds from now on. */
function heed(carry: CycleCarry, { state, enabled, intervalMs }: CycleAnswer, slotMs: number | null): void {
  if (intervalMs !== carry.intervalMs) carry.dueMs = slotAfter(slotMs ?? Date.now(), intervalMs);
  carry.enabled = enabled;
  carry.intervalMs = intervalMs;
  carry.state = state ?? carry.state;
  carry.cycles += 1;
  carry.lastCycleAtMs = Date.now();
  carry.lastSlotMs = slotMs ?? carry.lastSlotMs;
}

/** Signals another officer at once; one that does not run reads the same state in its own next cycle. */
async function tell({ tell: told }: CycleAnswer): Promise<void> {
  if (told === null) return;
  const signal = told.signal === 'riskAlert' ? riskAlertSignal : modeSwitchedSignal;
  await getExternalWorkflowHandle(officerId(told.to))
    .signal(signal, told.payload)
    .catch((error: unknown) => log.warn('an officer was not reached', { to: told.to, error: String(error) }));
}

/** The correlation id that a signal carries, else a new one. */
export const wakeOf = (trigger: CycleTrigger, payload: unknown): Wake => {
  const parsed = wakeSchema.safeParse(payload);
  return { trigger, correlationId: parsed.success ? parsed.data.correlationId : uuid4() };
};
