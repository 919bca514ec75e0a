/**
 * One walk of a session as one transaction, behind the fence of epoch and cursor: a batch that was committed before
 * gets its stored answer, a zombie writes nothing.
 */
import type { Transaction } from 'kysely';
import { type AdviceAnswers, answerKey } from '../domain/backtest/advisor.ts';
import type { Decided } from '../domain/backtest/decide-at-close.ts';
import type { RegimeTransition } from '../domain/backtest/regime-transitions.ts';
import type { EquityPoint, WalkBatch } from '../domain/backtest/walk-batch.ts';
import type { WalkRecord } from '../domain/backtest/walk-record.ts';
import { decimalText } from '../domain/decimal.ts';
import { isRealTime } from '../schemas/governance.ts';
import type { AdviceAnswer } from '../schemas/llm/advice-slot.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { SessionLimits } from '../schemas/risk.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import { asksModels, strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { lockAccount } from './accounts.ts';
import { awaitingApproval, insertApprovals } from './approvals.ts';
import { setMatchedUntil } from './book-clocks.ts';
import { addBookDays, type BookDays } from './book-days.ts';
import { insertDecisions, insertRefusals, sequencesAtWork } from './decisions.ts';
import { appendEquity } from './equity.ts';
import { insertRegimeTransitions } from './learning/regimes.ts';
import { type DecidedCall, insertAdviceCalls } from './llm/advice-calls.ts';
import { adviceTotals, chargeAdvice, keepAdvice, keepFacts } from './llm/advice-slots.ts';
import { notePolicyVerdicts } from './llm/policy-verdicts.ts';
import { type Checkpoint, type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { equityColumns, saveAccountRows, saveTraces } from './save-walk.ts';
import { readSession, type SessionRecord, saveCheckpoint } from './sessions.ts';
import type { Tables } from './tables.ts';
import { insertWalkRecord } from './walk-records.ts';
import { refusalsOf, refusedEvents } from './walk-refusals.ts';

/**
 * What one walk writes; `result` is what the workflow is told, kept for a lost report; `record` is what it stood on, for one
 * that decides something; `days` those of its bars, where nobody else keeps them.
 */
export type WalkOutcome = {
  readonly batch: WalkBatch;
  readonly result: WalkResult;
  readonly record: WalkRecord | null;
  readonly days?: readonly BookDays[];
  /** Where the regime changed among its bars. */
  readonly regimes?: readonly RegimeTransition[];
};

/**
 * A session that is walked: its row, checkpoint and the account as it stands under the lock; `sequences` = numbers of
 * the decisions whose orders are at work.
 */
export type LoadedSession = LoadedAccount & {
  readonly session: SessionRecord;
  readonly checkpoint: Checkpoint;
  readonly sequences: ReadonlyMap<string, number>;
  /** Entries that wait for a person. */
  readonly awaitingApproval: readonly { readonly decisionId: string; readonly symbol: string }[];
  /** What models have answered to the last instant. */
  readonly answers: AdviceAnswers;
  /** What models have cost this run so far; null: it asks nobody who is paid. */
  readonly modelCostMicroUsd: number | null;
};

/** @param answers to what the last instant waits for; with them, its walk goes on where it stands */
export async function walkOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  cursor: number,
  limits: SessionLimits,
  walk: (loaded: LoadedSession) => WalkOutcome,
  answers: readonly AdviceAnswer[] = [],
): Promise<WalkResult> {
  const before = await loadSession(trx, handle);
  const isWaiting = before.checkpoint.waiting.length > 0;
  if (before.checkpoint.cursor !== cursor || isWaiting !== answers.length > 0) {
    return storedResult(before, handle, cursor, isWaiting !== answers.length > 0);
  }
  const loaded = isWaiting ? { ...before, answers: await keepAdvice(trx, handle, answers) } : before;
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

/**
 * A batch that was committed but whose report was lost. One that only took answers has not moved the cursor.
 * @throws Error when it is not this batch
 */
function storedResult(
  { checkpoint }: LoadedSession,
  handle: SessionHandle,
  cursor: number,
  isAnswered = false,
): WalkResult {
  const isPast = checkpoint.cursor > cursor || (isAnswered && checkpoint.cursor === cursor);
  if (checkpoint.last !== null && isPast) return checkpoint.last;
  throw new Error(`session ${handle.sessionId} stands at bar ${checkpoint.cursor}, asked to go on from ${cursor}`);
}

export async function loadSession(trx: Transaction<Tables>, handle: SessionHandle): Promise<LoadedSession> {
  await lockAccount(trx, handle.accountId);
  const session = await readSession(trx, handle.sessionId);
  if (session === undefined) throw new Error(`session ${handle.sessionId} has no row`);
  const checkpoint = checkpointOf(session, handle);
  const account = await loadAccount(trx, handle.accountId, handle.strategyId, checkpoint);
  const sequences = await sequencesAtWork(trx, handle);
  const modelCostMicroUsd = isAsking(session) ? (await adviceTotals(trx, handle)).costMicroUsd : null;
  // In virtual time nobody is asked.
  const waiting = isRealTime(session.tradingMode) ? await awaitingApproval(trx, handle.sessionId) : [];
  const loaded = { ...account, session, checkpoint, sequences, modelCostMicroUsd };
  return { ...loaded, awaitingApproval: waiting, answers: new Map() };
}

/** Whether anybody but the rules is asked. */
const isAsking = ({ input }: SessionRecord): boolean => {
  const { provider } = strategySessionInputSchema.shape.model.parse(input.model);
  return asksModels({ provider });
};

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
  { batch, record, result, days = [], regimes = [] }: WalkOutcome,
  noted: Partial<Pick<Checkpoint, 'limits' | 'phase' | 'unwound' | 'last'>>,
): Promise<void> {
  const { cursor } = loaded.checkpoint;
  const fence = { sessionId: handle.sessionId, epoch: handle.epoch, expectedCursor: cursor };
  if (!(await saveCheckpoint(trx, fence, { ...checkpointAfter(loaded, batch), ...noted }))) {
    throw new Error(`session ${handle.sessionId}: another batch from bar ${cursor} was committed first`);
  }
  await insertDecisions(
    trx,
    { accountId: handle.accountId, sessionId: handle.sessionId, run: handle.run, correlationId: handle.workflowId },
    batch.decisions.map(({ decision, inputs }) => ({ decision, inputs })),
  );
  await saveRecord(trx, handle, batch, record);
  await insertAdviceCalls(trx, handle.sessionId, batch.decisions.flatMap(callsOf));
  await notePolicyVerdicts(trx, batch.decisions.flatMap(verdictsOf));
  await saveAdvice(trx, handle, loaded, batch);
  const refusals = refusalsOf(batch, loaded);
  await insertRefusals(trx, refusals);
  await saveAccountRows(trx, loaded.account, batch.state, accountRows(batch), {
    epoch: handle.epoch,
    origin: 'session',
    reasoning: null,
    sessionId: handle.sessionId,
    policyVersion: loaded.policy.version,
  });
  await saveClocks(trx, handle, loaded, batch);
  await addBookDays(trx, handle, days);
  await insertRegimeTransitions(trx, handle, regimes);
  await saveEquity(trx, handle, cursor, batch.equity);
  if (batch.handOver.length > 0) await insertApprovals(trx, result.handOver, handle.workflowId);
  await saveTraces(trx, accountRows(batch), handle.workflowId, refusedEvents(refusals, handle, loaded, batch));
}

/** The facts of what is to be asked, and what the answers that were taken have cost. */
async function saveAdvice(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  { answers, modelCostMicroUsd }: LoadedSession,
  { awaited, decisions }: WalkBatch,
): Promise<void> {
  await keepFacts(trx, awaited);
  if (modelCostMicroUsd === null || answers.size === 0) return;
  const asked = decisions.filter(({ decision: { symbol, asOfMs } }) => answers.has(answerKey({ symbol, asOfMs })));
  const decisionIds = asked.map(({ decision }) => decision.decisionId);
  await chargeAdvice(trx, handle, { costMicroUsd: modelCostMicroUsd, decisionIds });
}

async function saveRecord(
  trx: Transaction<Tables>,
  { sessionId, run }: SessionHandle,
  { decisions }: WalkBatch,
  record: WalkRecord | null,
): Promise<void> {
  const sequences = decisions.map(({ decision }) => decision.sequence);
  if (record === null || sequences.length === 0) return;
  const [firstSequence = 0, lastSequence = firstSequence] = [sequences[0], sequences.at(-1)];
  await insertWalkRecord(trx, { sessionId, run, firstSequence, lastSequence }, record);
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

/** What was asked about a decision: the advice, and what could go wrong with a proposal. */
function callsOf({ decision: { decisionId, asOfMs }, call, assessment }: Decided): DecidedCall[] {
  const at = { decisionId, asOfMs };
  return [
    ...(call === undefined ? [] : [{ ...at, contract: 'advice' as const, facts: call.facts, answer: call.advice }]),
    ...(assessment === undefined ? [] : [{ ...at, contract: 'riskAssessment' as const, ...assessment }]),
  ];
}

const verdictsOf = ({ decision: { decisionId }, policy }: Decided) =>
  policy === undefined ? [] : [{ decisionId, verdict: policy }];

/** Entry contexts are kept while their position or orders live, or wait for a person. */
function checkpointAfter(loaded: LoadedSession, batch: WalkBatch): Checkpoint {
  const before = loaded.checkpoint;
  const { state } = batch;
  const alive = new Set([
    ...state.book.orders.map((order) => order.decisionId),
    ...state.book.positions.flatMap((one) => (one.trip === null ? [] : [one.trip.decisionId])),
    ...batch.handOver.map(({ decision }) => decision.decisionId),
    ...loaded.awaitingApproval.map((one) => one.decisionId),
  ]);
  return {
    ...before,
    cursor: batch.cursor,
    waiting: batch.awaited.map((one) => one.symbol),
    sequence: state.sequence,
    counters: state.counters,
    entries: Object.fromEntries(Object.entries(state.entries).filter(([id]) => alive.has(id))),
    peakEquity: decimalText(state.peakEquity),
    drawdownFractionMax: state.drawdownFractionMax,
    realizedPnl: decimalText(state.realizedPnl),
  };
}
