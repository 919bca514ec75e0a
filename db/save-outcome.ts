/** Everything that one walk of a session leaves behind, written in its one transaction. */
import type { Transaction } from 'kysely';
import { answerKey } from '../domain/backtest/advisor.ts';
import type { Decided } from '../domain/backtest/decided.ts';
import type { ProposalAssessment } from '../domain/backtest/judge-entry.ts';
import { proposalQuestions } from '../domain/backtest/proposal-question.ts';
import type { RegimeTransition } from '../domain/backtest/regime-transitions.ts';
import type { EquityPoint, WalkBatch } from '../domain/backtest/walk-batch.ts';
import type { WalkRecord } from '../domain/backtest/walk-record.ts';
import { decimalText } from '../domain/decimal.ts';
import { isRealTime } from '../schemas/governance.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import { strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { insertApprovals } from './approvals.ts';
import { setMatchedUntil } from './book-clocks.ts';
import { addBookDays, type BookDays } from './book-days.ts';
import { insertDecisions, insertRefusals } from './decisions.ts';
import { appendEquity } from './equity.ts';
import { insertRegimeTransitions } from './learning/regimes.ts';
import { type DecidedCall, insertAdviceCalls } from './llm/advice-calls.ts';
import { chargeAdvice, keepFacts } from './llm/advice-slots.ts';
import { keepQuestions } from './llm/assessments.ts';
import { notePolicyVerdicts } from './llm/policy-verdicts.ts';
import type { LoadedSession } from './load-session.ts';
import type { Checkpoint } from './load-walk.ts';
import { equityColumns, saveAccountRows, saveTraces } from './save-walk.ts';
import { saveCheckpoint } from './sessions.ts';
import type { Tables } from './tables.ts';
import { insertWalkRecord } from './walk-records.ts';
import { refusalsOf, refusedEvents } from './walk-refusals.ts';

/**
 * What one walk writes; `result` is what the workflow is told, kept for a lost report; `record` is what it stood on,
 * for one that decides something; `days` those of its bars, where nobody else keeps them.
 */
export type WalkOutcome = {
  readonly batch: WalkBatch;
  readonly result: WalkResult;
  readonly record: WalkRecord | null;
  readonly days?: readonly BookDays[];
  /** Where the regime changed among its bars. */
  readonly regimes?: readonly RegimeTransition[];
};

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
  if (modelCostMicroUsd === null) return;
  await keepQuestions(trx, proposalQuestions(decisions));
  if (answers.size === 0) return;
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
    ...(assessment === undefined ? [] : [assessedBy(assessment, at)]),
  ];
}

const assessedBy = (
  { facts, answer }: ProposalAssessment,
  at: Pick<DecidedCall, 'decisionId' | 'asOfMs'>,
): DecidedCall => ({ ...at, contract: 'riskAssessment', facts, answer });

const verdictsOf = ({ decision: { decisionId }, policy }: Decided) =>
  policy === undefined ? [] : [{ decisionId, verdict: policy }];

/** Entry contexts are kept while their position or orders live, or wait for a person. */
function checkpointAfter(loaded: LoadedSession, batch: WalkBatch): Checkpoint {
  const before = loaded.checkpoint;
  const { state } = batch;
  const alive = new Set([
    ...state.book.orders.map((order) => order.decisionId),
    ...loaded.inDoubt.map((order) => order.decisionId),
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
