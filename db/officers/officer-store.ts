/**
 * What the officers' cycles read and write. A cycle is one transaction: its slot, what the officer remembers, what it changes of
 * the policy and the events that tell of it; a slot that is taken already writes nothing.
 */
import type { Transaction } from 'kysely';
import type { DeskHealth } from '../../domain/officers/ceo/desk-health.ts';
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
import { recordDone, recordMissed } from './cycles.ts';
import { readDeskHealth } from './desk-health.ts';
import { writeMemory } from './officer-memory.ts';
import { type AccountPortfolio, readPortfolios } from './portfolios.ts';
import { activeStrategies, disabledStrategies, presentRegime, readModelResults, readResults } from './results.ts';
import { type VarBacktestRow, writeVarBacktests } from './var-backtests.ts';

export type Remembered = { readonly memory: JsonObject; readonly atMs: number };

/** What came of a cycle; `ceilings` and `stale` are written only where they are given. */
export type CycleOutcome = {
  readonly officer: OfficerName;
  readonly request: CycleRequest;
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
  portfolios: (nowMs: number): Promise<AccountPortfolio[]> => readPortfolios(db, nowMs),
  health: (): Promise<DeskHealth> => readDeskHealth(db),
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
  missed: (officer: OfficerName, { missed, slotMs }: CycleRequest, everyMs: number, nowMs: number): Promise<void> =>
    inTransaction(db, async (trx) => {
      for (const slots of missed) await recordMissed(trx, officer, slots, nowMs);
      if (slotMs !== null) await recordMissed(trx, officer, { fromMs: slotMs, toMs: slotMs + 1, everyMs }, nowMs);
    }),

  /** @returns false when this slot was done before */
  commit: (outcome: CycleOutcome): Promise<boolean> => inTransaction(db, (trx) => commit(trx, outcome)),

  /** The CEO's cycle: decision, switch, memory, events and slot in one transaction. */
  decide: (
    outcome: Omit<CycleOutcome, 'memory' | 'events' | 'reason'>,
    inputs: CeoInputs,
  ): Promise<RecordedDecision> => {
    const { request, nowMs } = outcome;
    const alongside = async (trx: Transaction<Tables>) => void (await recordSlots(trx, outcome));
    return recordCeoDecision(db, { inputs, correlationId: request.correlationId, nowMs, alongside });
  },
});

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
async function recordSlots(
  trx: Transaction<Tables>,
  { officer, request, nowMs, tookMs, inputAges }: Omit<CycleOutcome, 'memory' | 'events' | 'reason'>,
): Promise<boolean> {
  for (const slots of request.missed) await recordMissed(trx, officer, slots, nowMs);
  const { slotMs, correlationId } = request;
  return slotMs === null || recordDone(trx, { officer, slotMs, tookMs, inputAges, correlationId, atMs: nowMs });
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
