/**
 * What the officers' cycles read and write. A cycle is one transaction: its slot, what the officer remembers, what it
 * changes of the policy and the events that tell of it; a slot that is taken already writes nothing.
 */
import type { Transaction } from 'kysely';
import type { AccountBook } from '../../domain/officers/risk/desk-risk.ts';
import { oneSlot } from '../../domain/officers/slots.ts';
import type { CeoInputs } from '../../schemas/officers/ceo-decision.ts';
import type { CycleRequest } from '../../schemas/officers/cycle.ts';
import { type OfficerName, officerId } from '../../schemas/officers/officer.ts';
import type { RiskCeilings } from '../../schemas/officers/risk-state.ts';
import { appendEvents, lastSequence, type NewEvent } from '../events.ts';
import { type PolicyInForce, policyInForce } from '../policies.ts';
import { writeCeilings, writeStale } from '../policy-changes.ts';
import { inTransaction } from '../retry.ts';
import { writeStandings } from '../strategy-health.ts';
import type { Database, JsonObject, Tables } from '../tables.ts';
import { type RecordedDecision, recordCeoDecision } from './ceo-store.ts';
import { recordDone, recordGap, recordMissed } from './cycles.ts';
import { type BookHealth, readDeskHealth } from './desk-health.ts';
import { type EntryAtWork, entriesAtWork } from './entries-at-work.ts';
import { writeMemory } from './officer-memory.ts';
import { readPortfolios } from './portfolios.ts';
import { activeStrategies, disabledStrategies, presentRegime, readModelResults, readResults } from './results.ts';
import { type VarBacktestRow, writeVarBacktests } from './var-backtests.ts';

export type Remembered = { readonly memory: JsonObject; readonly atMs: number };

/** What came of a cycle; `ceilings` and `stale` are written only where they are given. */
export type CycleOutcome = {
  readonly officer: OfficerName;
  readonly request: CycleRequest;
  /** Of this officer, as the policy has it now. */
  readonly intervalMs: number;
  readonly nowMs: number;
  readonly tookMs: number;
  readonly inputAges: Readonly<Record<string, number | null>>;
  readonly memory: JsonObject;
  readonly events: readonly { readonly type: string; readonly payload: JsonObject }[];
  readonly ceilings?: RiskCeilings | null;
  readonly stale?: readonly OfficerName[];
  readonly reason: string;
  readonly disable?: readonly { readonly strategyId: string; readonly reason: string }[];
  readonly varBacktests?: readonly VarBacktestRow[];
};

export type OfficerStore = ReturnType<typeof createOfficerStore>;

export const createOfficerStore = (db: Database) => ({
  policy: (): Promise<PolicyInForce | undefined> => policyInForce(db),
  portfolios: (nowMs: number): Promise<AccountBook[]> => readPortfolios(db, nowMs),
  health: (): Promise<BookHealth> => readDeskHealth(db),
  entriesAtWork: (): Promise<EntryAtWork[]> => entriesAtWork(db),
  results: async () => {
    const [trades, models, regime, disabled] = await Promise.all([
      readResults(db),
      readModelResults(db),
      presentRegime(db),
      disabledStrategies(db),
    ]);
    return { trades, models, regime, disabled: new Set(disabled) };
  },
  activeStrategies: () => activeStrategies(db),
  lastSequence: () => lastSequence(db),
  remembered: (officer: OfficerName) => remembered(db, officer),
  lastEvent: (type: string) => lastEvent(db, type),

  /** Slots that nobody served, of an officer that is off or that could not work. */
  missed: (officer: OfficerName, request: CycleRequest, intervalMs: number, nowMs: number): Promise<void> =>
    inTransaction(db, async (trx) => {
      await recordOwed(trx, { officer, request, intervalMs, nowMs });
      if (request.slotMs === null) return;
      await recordMissed(trx, officer, oneSlot(request.slotMs, intervalMs), nowMs);
    }),

  /** @returns false when this slot was done before */
  commit: (outcome: CycleOutcome): Promise<boolean> => inTransaction(db, (trx) => commit(trx, outcome)),

  /**
   * The CEO's cycle: decision, switch, memory, events and slot in one transaction.
   * @returns null when this slot was done before: then nothing was decided, and the last decision holds
   */
  decide: async (outcome: TakenSlot, inputs: CeoInputs): Promise<RecordedDecision | null> => {
    const { request, nowMs } = outcome;
    const alongside = async (trx: Transaction<Tables>) => {
      if (!(await recordSlots(trx, outcome))) throw new SlotTaken();
    };
    try {
      const { correlationId, correlationIds } = request;
      return await recordCeoDecision(db, { inputs, correlationId, correlationIds, nowMs, alongside });
    } catch (error) {
      if (error instanceof SlotTaken) return null;
      throw error;
    }
  },
});

type TakenSlot = Omit<CycleOutcome, 'memory' | 'events' | 'reason'>;

/** Takes everything back that the second attempt of a slot has written. */
class SlotTaken extends Error {}

async function commit(trx: Transaction<Tables>, outcome: CycleOutcome): Promise<boolean> {
  const { officer, request, nowMs, reason } = outcome;
  if (!(await recordSlots(trx, outcome))) return false;
  await writeMemory(trx, officer, outcome.memory, nowMs);
  await writeVarBacktests(trx, outcome.varBacktests ?? [], nowMs);
  const { correlationId } = request;
  const setBy = officerId(officer);
  const disabled = (outcome.disable ?? []).map((one) => ({
    ...one,
    disabled: true,
    setBy,
    correlationId,
    atMs: nowMs,
  }));
  if (disabled.length > 0) await writeStandings(trx, disabled);
  const events: NewEvent[] = outcome.events.map((event) => ({ ...event, correlationId, atMs: nowMs }));
  const author = { setBy, reason, correlationId, atMs: nowMs, events };
  if (outcome.ceilings !== undefined) await writeCeilings(trx, { ...author, ceilings: outcome.ceilings });
  else if (outcome.stale !== undefined) await writeStale(trx, { ...author, stale: outcome.stale });
  else await appendEvents(trx, events);
  return true;
}

/** @returns false when the slot is taken */
async function recordSlots(trx: Transaction<Tables>, slot: TakenSlot): Promise<boolean> {
  await recordOwed(trx, slot);
  const { officer, request, nowMs, tookMs, inputAges } = slot;
  const { slotMs, correlationId } = request;
  return slotMs === null || recordDone(trx, { officer, slotMs, tookMs, inputAges, correlationId, atMs: nowMs });
}

type Owed = Pick<CycleOutcome, 'officer' | 'request' | 'intervalMs' | 'nowMs'>;

/** Slots that went by unserved. */
async function recordOwed(trx: Transaction<Tables>, { officer, request, intervalMs, nowMs }: Owed): Promise<void> {
  const { isFirst, slotMs, missed } = request;
  if (isFirst && slotMs !== null) await recordGap(trx, officer, { slotMs, everyMs: intervalMs, atMs: nowMs });
  for (const slots of missed) await recordMissed(trx, officer, slots, nowMs);
}

/** What an officer said last, and when. */
async function remembered(db: Database, officer: OfficerName): Promise<Remembered | null> {
  const query = db.selectFrom('officer_memory').select(['memory', 'at']).where('officer', '=', officer);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : { memory: row.memory, atMs: row.at.getTime() };
}

async function lastEvent(db: Database, type: string): Promise<JsonObject | null> {
  const query = db.selectFrom('events').select('payload').where('type', '=', type).orderBy('sequence', 'desc').limit(1);
  return (await query.executeTakeFirst())?.payload ?? null;
}
