/**
 * The venue's core: its books, its prices, its dice, and the one way to change anything (`emit`).
 * All effects of one request run inside `transact`, which writes their lines at its end.
 * Everything here is synchronous: no two requests mix.
 */
import type { Decimal } from '../../../domain/decimal.ts';
import { applyRecord } from './apply-record.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { JournalDraft, JournalRecord } from './journal-record.ts';
import { createPriceWalk } from './prices.ts';
import { emptyState, type VenueState } from './venue-state.ts';

/** Whether a client's order id may be used again once its order is over. */
export type ClientIdProfile = 'lifetime-unique' | 'open-only';

export type EngineSettings = {
  readonly profile: ClientIdProfile;
  readonly mode: 'paper' | 'live';
  readonly seed: number;
  readonly tickMs: number;
  /** Refuse what Alpaca refuses beyond the wire format: see `strict-rules.ts`. */
  readonly isStrict: boolean;
  /** Fraction of what a fill of a coin brings: coins of a buy, money of a sale. */
  readonly receivedFee: number;
};

export type Engine = {
  readonly settings: EngineSettings;
  readonly faults: Faults;
  readonly state: VenueState;
  readonly journal: Journal;
  /** Wall clock that never steps back. */
  readonly nowMs: () => number;
  readonly nextId: () => string;
  readonly price: (symbol: string) => Decimal;
  /** Numbers the change, takes it into the books, and puts it on the way to the journal. */
  readonly emit: (draft: JournalDraft) => void;
  /** Runs `work` and writes what it emitted, even when it throws. */
  readonly transact: <T>(work: () => T) => T;
};

const COUNTER_DIGITS = 7;

export function createEngine(journal: Journal, settings: EngineSettings, faults: Faults): Engine {
  const state = emptyState();
  for (const record of journal.records) applyRecord(state, record);
  const nowMs = (): number => Math.max(Date.now(), state.lastAtMs);
  const pending: JournalRecord[] = [];
  /** Books that are ahead of their journal must not answer any more. */
  let isBroken = false;
  const walk = createPriceWalk(settings.seed, settings.tickMs, state.firstAtMs ?? nowMs());
  return {
    settings,
    faults,
    state,
    journal,
    nowMs,
    nextId: createIds(nowMs()),
    price: (symbol) => state.pinnedPrices.get(symbol) ?? walk(symbol, nowMs()),
    emit(draft) {
      const atMs = nowMs();
      const record = { sequence: state.sequence + 1, atMs, at: new Date(atMs).toISOString(), ...draft };
      applyRecord(state, record);
      pending.push(record);
    },
    transact(work) {
      if (isBroken) throw new Error(`${journal.file} could not be written: start the venue again`);
      try {
        return work();
      } finally {
        isBroken = true;
        journal.append(pending.splice(0));
        isBroken = false;
      }
    },
  };
}

/** 20 digits: the start of this process and a counter. Never repeated, also after the journal was rolled back. */
function createIds(startMs: number): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${startMs}${String(count).padStart(COUNTER_DIGITS, '0')}`;
  };
}
