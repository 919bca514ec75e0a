/** The bars of recorded walks, loaded again from where they lie, with everything computed over them. No vendor is asked. */
import { createPreparer, loadedSeats, type Prepared, type ReadWeights } from '../../../activities/session/prepare.ts';
import { prepareBars } from '../../../activities/session/prepare-live.ts';
import { deskMarketData } from '../../../adapters/market-data/desk-market-data.ts';
import { seatWeights } from '../../../db/agent-seats.ts';
import { barReaders } from '../../../db/bar-readers.ts';
import { sessionBars } from '../../../db/session-bars.ts';
import type { Database } from '../../../db/tables.ts';
import type { WalkedDecisions } from '../../../db/walk-records.ts';
import type { WalkRecord } from '../../../domain/backtest/walk-record.ts';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import type { SessionHandle } from '../../../schemas/session-walk.ts';

export type RecordedWalk = WalkedDecisions & WalkRecord;

/** @throws InvalidInput DATA_CHANGED when the bars are no longer those that were walked */
export function walkBars(db: Database): (walk: RecordedWalk) => Promise<Prepared> {
  const readWeights: ReadWeights = (runId) => seatWeights(db, runId);
  const prepare = createPreparer(deskMarketData(barReaders(db)), readWeights);
  const windows = new Map<string, Promise<Prepared>>();
  return (walk) => {
    const { frame, bars } = walk.settings;
    const { kind, endsAtMs, hash, market, barIntervalMs, seed } = bars;
    const { strategy, symbols, costs } = frame;
    const input = { market, barIntervalMs, seed, symbols: [...symbols], costs };
    const { evolved, agents, leverageAgents } = bars;
    const strategies = { strategy, evolved, agents, leverageAgents };
    const key = canonicalJson([walk.sessionId, walk.run, walk.start.firstInstant]);
    if (kind === 'stored') return prepare(key, input, strategies, { endsAtMs, hash });
    const found = windows.get(key) ?? windowOf(db, walk, strategies, input);
    windows.set(key, found);
    return found;
  };
}

async function windowOf(
  db: Database,
  { start: { firstInstant }, ...run }: RecordedWalk,
  strategies: Parameters<typeof prepareBars>[1] & Pick<SessionHandle, 'agents' | 'leverageAgents'>,
  input: Parameters<typeof prepareBars>[2],
): Promise<Prepared> {
  const seats = await loadedSeats((runId) => seatWeights(db, runId), strategies);
  return prepareBars(await sessionBars(db, run, firstInstant), strategies, input, seats);
}
