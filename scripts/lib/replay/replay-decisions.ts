/**
 * Decisions made again from the record and held against the stored ones, byte by byte: a decision alone, or all of a
 * session. No model is asked, nothing is written.
 */
import { decisionsAsMade } from '../../../db/decisions.ts';
import type { Database } from '../../../db/tables.ts';
import { readWalkRecords } from '../../../db/walk-records.ts';
import { type ReplayedInstant, replayInstants, replayWalk } from '../../../domain/backtest/replay-walk.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import { contextAgain } from '../../../domain/backtest/walk-record.ts';
import { canonicalJson, sha256Hex } from '../../../domain/canonical-json.ts';
import { type JsonDifference, jsonDifference } from '../../../domain/json-difference.ts';
import type { Decision } from '../../../schemas/decision.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { type RecordedWalk, walkBars } from './walk-bars.ts';

/** A decision as it is stored and as it was made again. Hashes: sha256 of the canonical JSON. */
export type Replayed = {
  readonly stored: Decision;
  readonly replayed: Decision | null;
  readonly storedHash: string;
  readonly replayedHash: string | null;
  readonly difference: JsonDifference | null;
};

/** What would have been, beside what is. */
export type Otherwise = { readonly stored: Decision; readonly otherwise: Decision | null };

/** The other circumstances that are asked about, at one instant. */
export type Change = (context: WalkContext, instant: ReplayedInstant) => Promise<WalkContext>;

export type Wanted = { readonly sessionId: string; readonly sequence?: number };

/** @throws InvalidInput REPLAY_NO_RECORD (exit code 1) where no walk of it is on record */
export async function replayDecisions(db: Database, wanted: Wanted): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for await (const { walk, context, stored } of walksOf(db, wanted)) {
    const made = replayWalk(walk.start, context);
    replayed.push(...stored.map((one) => compared(one, madeAgain(made, one))));
  }
  return replayed;
}

/** Each decision as it would have been from the account as it stood then. */
export async function decideOtherwise(db: Database, wanted: Wanted, change: Change): Promise<Otherwise[]> {
  const found: Otherwise[] = [];
  for await (const { walk, context, stored } of walksOf(db, wanted)) {
    for (const instant of replayInstants(walk.start, context)) {
      const here = stored.filter((one) => instant.decisions.some(({ decisionId }) => decisionId === one.decisionId));
      if (here.length === 0) continue;
      const others = instant.decide(await change(context, instant));
      found.push(...here.map((one) => ({ stored: one, otherwise: sameBar(others, one) })));
    }
  }
  return found;
}

const sameBar = (made: readonly Decision[], { symbol, asOfMs }: Decision): Decision | null =>
  made.find((one) => one.symbol === symbol && one.asOfMs === asOfMs) ?? null;

type Walk = { readonly walk: RecordedWalk; readonly context: WalkContext; readonly stored: readonly Decision[] };

async function* walksOf(db: Database, wanted: Wanted): AsyncGenerator<Walk> {
  const walks = await readWalkRecords(db, wanted);
  if (walks.length === 0) throw noRecord(wanted);
  const bars = walkBars(db);
  for (const walk of walks) {
    const { sessionId, firstSequence, lastSequence } = walk;
    const range = { sessionId, from: wanted.sequence ?? firstSequence, to: wanted.sequence ?? lastSequence };
    const context = contextAgain(walk, await bars(walk));
    yield { walk, context, stored: await decisionsAsMade(db, range) };
  }
}

const madeAgain = (made: readonly Decision[], { sequence }: Decision): Decision | null =>
  made.find((one) => one.sequence === sequence) ?? null;

function compared(stored: Decision, replayed: Decision | null): Replayed {
  const [before, after] = [canonicalJson(stored), replayed === null ? null : canonicalJson(replayed)];
  return {
    stored,
    replayed,
    storedHash: sha256Hex(before),
    replayedHash: after === null ? null : sha256Hex(after),
    difference: before === after ? null : jsonDifference(JSON.parse(before), JSON.parse(after ?? 'null')),
  };
}

function noRecord({ sessionId, sequence }: Wanted): InvalidInput {
  const got = sequence === undefined ? sessionId : `${sessionId}, decision ${sequence}`;
  const hint = 'walks are recorded since version 22 of the database; npm run why tells what is stored';
  return new InvalidInput([problem('REPLAY_NO_RECORD', 'id', got, 'a decision whose walk is on record', hint)], 1);
}
