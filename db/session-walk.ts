/**
 * One walk of a session as one transaction, behind the fence of epoch and cursor: a batch that was committed before
 * gets its stored answer, a zombie writes nothing.
 */
import type { Transaction } from 'kysely';
import type { Decided } from '../domain/backtest/decide-at-close.ts';
import type { EquityPoint, WalkBatch } from '../domain/backtest/walk-batch.ts';
import { decimalText } from '../domain/decimal.ts';
import { isRealTime } from '../schemas/governance.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { SessionLimits } from '../schemas/risk.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import { strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { lockAccount } from './accounts.ts';
import { setMatchedUntil } from './book-clocks.ts';
import { insertDecisions, insertRefusals, sequencesAtWork } from './decisions.ts';
import { appendEquity } from './equity.ts';
import { insertAdviceCalls } from './llm/advice-calls.ts';
import { type Checkpoint, type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { equityColumns, saveAccountRows, saveTraces } from './save-walk.ts';
import { readSession, type SessionRecord, saveCheckpoint } from './sessions.ts';
import type { Tables } from './tables.ts';

/** What one walk writes; `result` is what the workflow is told, kept for a lost report. */
export type WalkOutcome = { readonly batch: WalkBatch; readonly result: WalkResult };

/**
 * A session that is walked: its row, checkpoint and the account as it stands under the lock; `sequences` = numbers of
 * the decisions whose orders are at work.
 */
export type LoadedSession = LoadedAccount & {
  readonly session: SessionRecord;
  readonly checkpoint: Checkpoint;
  readonly sequences: ReadonlyMap<string, number>;
};

export async function walkOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  cursor: number,
  limits: SessionLimits,
  walk: (loaded: LoadedSession) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await loadSession(trx, handle);
  if (loaded.checkpoint.cursor !== cursor) return storedResult(loaded, handle, cursor);
  const outcome = walk(loaded);
  await saveOutcome(trx, handle, loaded, outcome, { limits, last: outcome.result });
  return outcome.result;
}

export async function flattenOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  walk: (loaded: LoadedSession) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await loadSession(trx, handle);
  if (loaded.checkpoint.phase === 'flattened' && loaded.checkpoint.last !== null) return loaded.checkpoint.last;
  const outcome = walk(loaded);
  await saveOutcome(trx, handle, loaded, outcome, { phase: 'flattened', last: outcome.result });
  return outcome.result;
}

/** A look between two bars: which asking it is, and the cursor that the asker stands at. */
export type UnwindRequest = { readonly key: string; readonly cursor: number };

/**
 * A look between two bars, for a leg that has lost its partner. Asked again under the same key it gives the first answer.
 * One who stands at an earlier cursor has not heard of the last batch: its answer is given instead, and nothing is done.
 * `mayExit`: this bar has not had its exit between bars yet.
 */
export async function unwindOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  { key, cursor }: UnwindRequest,
  walk: (loaded: LoadedSession, mayExit: boolean) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await loadSession(trx, handle);
  const { unwound } = loaded.checkpoint;
  if (unwound?.key === key) return unwound.answer;
  if (loaded.checkpoint.cursor !== cursor) return storedResult(loaded, handle, cursor);
  const exited = unwound?.cursor === cursor && unwound.exited;
  const outcome = walk(loaded, !exited);
  const answer = outcome.result;
  const noted = { key, cursor, exited: exited || outcome.batch.decisions.length > 0, answer };
  await saveOutcome(trx, handle, loaded, outcome, { unwound: noted });
  return answer;
}

/** A batch that was committed but whose report was lost. @throws Error when it is not this batch */
function storedResult({ checkpoint }: LoadedSession, handle: SessionHandle, cursor: number): WalkResult {
  if (checkpoint.last !== null && checkpoint.cursor > cursor) return checkpoint.last;
  throw new Error(`session ${handle.sessionId} stands at bar ${checkpoint.cursor}, asked to go on from ${cursor}`);
}

export async function loadSession(trx: Transaction<Tables>, handle: SessionHandle): Promise<LoadedSession> {
  await lockAccount(trx, handle.accountId);
  const session = await readSession(trx, handle.sessionId);
  if (session === undefined) throw new Error(`session ${handle.sessionId} has no row`);
  const checkpoint = checkpointOf(session, handle);
  const account = await loadAccount(trx, handle.accountId, handle.strategyId, checkpoint);
  return { ...account, session, checkpoint, sequences: await sequencesAtWork(trx, handle) };
}

/** @throws InvalidInput SESSION_SUPERSEDED when a newer run holds the session: a zombie must write nothing */
function checkpointOf(session: SessionRecord | undefined, handle: SessionHandle): Checkpoint {
  if (session === undefined || session.epoch !== handle.epoch) {
    const expected = `epoch ${handle.epoch} of session ${handle.sessionId}`;
    throw new InvalidInput([problem('SESSION_SUPERSEDED', 'epoch', session?.epoch ?? null, expected)]);
  }
  return { ...openingCheckpoint('0'), ...session.checkpoint };
}

/** `noted`: what the checkpoint remembers beside the account as it stands. */
export async function saveOutcome(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  loaded: LoadedSession,
  { batch }: WalkOutcome,
  noted: Partial<Pick<Checkpoint, 'limits' | 'phase' | 'unwound' | 'last'>>,
): Promise<void> {
  const { cursor } = loaded.checkpoint;
  const fence = { sessionId: handle.sessionId, epoch: handle.epoch, expectedCursor: cursor };
  if (!(await saveCheckpoint(trx, fence, { ...checkpointAfter(loaded.checkpoint, batch), ...noted }))) {
    throw new Error(`session ${handle.sessionId}: another batch from bar ${cursor} was committed first`);
  }
  await insertDecisions(
    trx,
    { accountId: handle.accountId, sessionId: handle.sessionId, run: handle.run, correlationId: handle.workflowId },
    batch.decisions.map(({ decision, inputs }) => ({ decision, inputs })),
  );
  await insertAdviceCalls(trx, handle.sessionId, batch.decisions.flatMap(callOf));
  await insertRefusals(trx, batch.decisions.flatMap(refusalOf));
  await saveAccountRows(trx, loaded.account, batch.state, accountRows(batch), {
    epoch: handle.epoch,
    origin: 'session',
    reasoning: null,
    sessionId: handle.sessionId,
  });
  await saveClocks(trx, handle, loaded, batch);
  await saveEquity(trx, handle, cursor, batch.equity);
  await saveTraces(trx, accountRows(batch), handle.workflowId);
}

/** On a shared account others may match the session's orders after it has ended: they go on from here. */
async function saveClocks(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  { session }: LoadedSession,
  { equity }: WalkBatch,
): Promise<void> {
  const untilMs = equity.at(-1)?.atMs;
  if (!isRealTime(session.tradingMode) || untilMs === undefined) return;
  const { accountId, strategyId } = handle;
  const { symbols } = strategySessionInputSchema.parse(session.input);
  await setMatchedUntil(
    trx,
    symbols.map((symbol) => ({ accountId, strategyId, symbol, untilMs })),
  );
}

const saveEquity = (
  trx: Transaction<Tables>,
  handle: SessionHandle,
  fromIndex: number,
  points: readonly EquityPoint[],
) => appendEquity(trx, { sessionId: handle.sessionId, run: handle.run, fromIndex }, equityColumns(points));

const accountRows = ({ intents, orders, fills, entries, trades }: WalkBatch) => ({
  intents,
  orders: [...orders.values()],
  fills,
  entries,
  trades,
});

const callOf = ({ decision: { decisionId }, call }: Decided) => (call === undefined ? [] : [{ decisionId, call }]);

function refusalOf({ decision }: Decided) {
  const { verdict, decisionId } = decision;
  if (verdict === null || verdict.approved) return [];
  return [{ decisionId, stage: 'proposal' as const, reasons: verdict.reasons }];
}

/** Entry contexts are kept while their position or orders live. */
function checkpointAfter(before: Checkpoint, batch: WalkBatch): Checkpoint {
  const { state } = batch;
  const alive = new Set([
    ...state.book.orders.map((order) => order.decisionId),
    ...state.book.positions.flatMap((one) => (one.trip === null ? [] : [one.trip.decisionId])),
    ...batch.handOver.map(({ decision }) => decision.decisionId),
  ]);
  return {
    ...before,
    cursor: batch.cursor,
    sequence: state.sequence,
    counters: state.counters,
    entries: Object.fromEntries(Object.entries(state.entries).filter(([id]) => alive.has(id))),
    peakEquity: decimalText(state.peakEquity),
    drawdownFractionMax: state.drawdownFractionMax,
    realizedPnl: decimalText(state.realizedPnl),
  };
}
