/**
 * Sessions as transactions: open one, walk a batch, close it with its report. Every write of a session goes through
 * here, under the lock of its account and behind the fence of its epoch and cursor, so a repeated or late batch
 * changes nothing and gets the answer of the first.
 */
import type { Transaction } from 'kysely';
import type { Decided } from '../domain/backtest/decide-at-close.ts';
import { type ReportParts, buildReport } from '../domain/backtest/session-report.ts';
import type { EquityPoint, WalkBatch } from '../domain/backtest/walk-batch.ts';
import { decimalText, toDecimal } from '../domain/decimal.ts';
import { depositEntries } from '../domain/execution/ledger.ts';
import { openRiskState } from '../domain/risk/risk-state.ts';
import type { OperatingMode, TradingMode } from '../schemas/governance.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import type { Strategy } from '../schemas/signals.ts';
import type { ParsedSession } from '../schemas/session-input.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { createAccount, lockAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { decisionById, insertDecisions, insertRefusals, nextSequence, sequencesAtWork } from './decisions.ts';
import { appendEquity } from './equity.ts';
import { appendEvents } from './events.ts';
import { type Checkpoint, type LoadedAccount, loadAccount, openingCheckpoint, unknownAccount } from './load-walk.ts';
import { activePolicy } from './policies.ts';
import { inTransaction } from './retry.ts';
import { equityColumns, saveAccountRows, saveTraces } from './save-walk.ts';
import { closeSession, openSession, readSession, saveCheckpoint, type SessionRecord } from './sessions.ts';
import { readSessionTotals } from './session-totals.ts';
import { saveStrategy } from './strategies.ts';
import type { Database, Tables } from './tables.ts';

export type OpenRequest = {
  readonly input: ParsedSession;
  readonly workflowId: string;
  /** The first execution's run id: a repeated call opens nothing anew. */
  readonly openKey: string;
  readonly strategy: Strategy;
  readonly strategyId: string;
  readonly dataHash: string;
  /** Market time at which the walk starts, and wall time of opening. */
  readonly startsAtMs: number;
  readonly nowMs: number;
};

/** What one walk writes; `result` is what the workflow is told, kept for a lost report. */
export type WalkOutcome = { readonly batch: WalkBatch; readonly result: WalkResult };

/**
 * A session that is walked: its row, checkpoint and the account as it stands under the lock; `sequences` = numbers of
 * the decisions whose orders are at work or whose positions are open.
 */
export type LoadedSession = LoadedAccount & {
  readonly session: SessionRecord;
  readonly checkpoint: Checkpoint;
  readonly sequences: ReadonlyMap<string, number>;
};

export type SessionStore = ReturnType<typeof createSessionStore>;

export const createSessionStore = (db: Database) => ({
  /** @throws InvalidInput ACCOUNT_UNKNOWN, ACCOUNT_BUSY (`got` is the running session's id) */
  open: (request: OpenRequest): Promise<SessionRecord> => inTransaction(db, (trx) => open(trx, request)),

  read: (sessionId: string): Promise<SessionRecord | undefined> => readSession(db, sessionId),

  /** Runs `walk` on the session's state and commits what it did; a cursor already passed gives the stored answer. */
  walk: (
    handle: SessionHandle,
    cursor: number,
    walk: (loaded: LoadedSession) => WalkOutcome,
  ): Promise<WalkResult> => inTransaction(db, (trx) => walkOnce(trx, handle, cursor, walk)),

  /** Decides once to close all positions; asked again it gives the first answer. */
  flatten: (handle: SessionHandle, walk: (loaded: LoadedSession) => WalkOutcome): Promise<WalkResult> =>
    inTransaction(db, (trx) => flattenOnce(trx, handle, walk)),

  /** The confidence a decision was recorded with; null when it was never made, which passes no gate. */
  confidenceOf: async (decisionId: string): Promise<number | null> =>
    (await decisionById(db, decisionId))?.confidence ?? null,

  operatingMode: async (): Promise<OperatingMode> => (await activePolicy(db))?.mode ?? 'stability',

  /** Closes a session; `finish` ends its orders and positions. Doing it again gives the stored report. */
  close: (
    handle: SessionHandle,
    nowMs: number,
    finish: (loaded: LoadedSession) => WalkOutcome,
    report: (loaded: LoadedSession, totals: SessionTotals) => ReportParts,
  ): Promise<{ report: SessionReport; result: WalkResult }> =>
    inTransaction(db, (trx) => closeOnce(trx, handle, nowMs, finish, report)),

  /** Closes the row of a session whose workflow ended without closing it (terminated from outside). */
  abandon: (sessionId: string, nowMs: number): Promise<void> => inTransaction(db, (trx) => abandon(trx, sessionId, nowMs)),

  recordEvents: (handle: SessionHandle, type: string, payloads: readonly Record<string, unknown>[], nowMs: number) =>
    inTransaction(db, (trx) =>
      appendEvents(trx, payloads.map((payload) => ({ type, payload, correlationId: handle.workflowId, atMs: nowMs }))),
    ),
});

type SessionTotals = Awaited<ReturnType<typeof readSessionTotals>>;

const isSimulated = (mode: TradingMode): boolean => mode === 'backtest' || mode === 'analysis';

async function open(trx: Transaction<Tables>, request: OpenRequest): Promise<SessionRecord> {
  const { input, workflowId, strategy, strategyId } = request;
  const before = await readSession(trx, input.sessionId);
  const accountId = isSimulated(input.tradingMode) ? await simulatedAccount(trx, request, before) : input.accountId;
  await saveStrategy(trx, { strategyId, definition: strategy, promoted: false, health: 'unknown' });
  const sequence = await nextSequence(trx, workflowId);
  const opened = await openSession(trx, {
    sessionId: input.sessionId,
    workflowId,
    openKey: request.openKey,
    accountId,
    strategyId,
    strategy: { ...strategy },
    tradingMode: input.tradingMode,
    input: { ...input },
    checkpoint: { ...openingCheckpoint(input.startingCash), sequence },
    dataHash: request.dataHash,
    openedAtMs: request.nowMs,
  });
  if (opened.outcome === 'noAccount') throw unknownAccount(accountId);
  if (opened.outcome === 'busy') throw busy(opened.sessionId, input.accountId, strategyId);
  if (opened.outcome === 'repeated') return opened.session;
  const body = { sessionId: input.sessionId, run: opened.session.runCount, accountId, strategyId };
  await appendAudit(trx, [{ kind: 'session_opened', body, atMs: request.nowMs }]);
  await appendEvents(trx, [{ type: 'session_opened', payload: body, correlationId: workflowId, atMs: request.nowMs }]);
  return opened.session;
}

const busy = (sessionId: string, accountId: string, strategyId: string): InvalidInput => {
  const expected = `no other open session of strategy ${strategyId} on account ${accountId}`;
  return new InvalidInput([problem('ACCOUNT_BUSY', 'accountId', sessionId, expected, `stop session ${sessionId} first`)]);
};

/** Each run of a backtest has a book of its own: sim:<session>, then sim:<session>:2 and so on. */
async function simulatedAccount(
  trx: Transaction<Tables>,
  request: OpenRequest,
  before: SessionRecord | undefined,
): Promise<string> {
  if (before?.openKey === request.openKey) return before.accountId;
  const run = (before?.runCount ?? 0) + 1;
  const { sessionId, startingCash, currency, tradingMode } = request.input;
  const accountId = run === 1 ? `sim:${sessionId}` : `sim:${sessionId}:${run}`;
  const cash = toDecimal(startingCash);
  const account = {
    accountId,
    venue: 'paper',
    currency,
    cash: startingCash,
    equity: startingCash,
    startingCash,
    tradingMode,
    riskState: openRiskState(cash, request.startsAtMs),
    fundingDoneMs: null,
    epoch: 0,
    createdAtMs: request.nowMs,
  };
  await createAccount(trx, account, depositEntries(accountId, cash, request.startsAtMs));
  return accountId;
}

async function walkOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  cursor: number,
  walk: (loaded: LoadedSession) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await load(trx, handle);
  if (loaded.checkpoint.cursor !== cursor) return storedResult(loaded, handle, cursor);
  const outcome = walk(loaded);
  await save(trx, handle, loaded, outcome, cursor);
  return outcome.result;
}

async function flattenOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  walk: (loaded: LoadedSession) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await load(trx, handle);
  if (loaded.checkpoint.phase === 'flattened' && loaded.checkpoint.last !== null) return loaded.checkpoint.last;
  const outcome = walk(loaded);
  await save(trx, handle, loaded, outcome, loaded.checkpoint.cursor, 'flattened');
  return outcome.result;
}

/** A batch that was committed but whose report was lost. @throws Error when it is not this batch */
function storedResult({ checkpoint }: LoadedSession, handle: SessionHandle, cursor: number): WalkResult {
  if (checkpoint.last !== null && checkpoint.cursor > cursor) return checkpoint.last;
  throw new Error(`session ${handle.sessionId} stands at bar ${checkpoint.cursor}, asked to go on from ${cursor}`);
}

async function load(trx: Transaction<Tables>, handle: SessionHandle): Promise<LoadedSession> {
  await lockAccount(trx, handle.accountId);
  const session = await readSession(trx, handle.sessionId);
  if (session === undefined) throw new Error(`session ${handle.sessionId} has no row`);
  const checkpoint = checkpointOf(session, handle);
  const account = await loadAccount(trx, handle.accountId, handle.strategyId, checkpoint);
  return { ...account, session, checkpoint, sequences: await sequencesAtWork(trx, handle) };
}

/** @throws Error when a newer run holds the session: this worker is a zombie and must write nothing */
function checkpointOf(session: SessionRecord | undefined, handle: SessionHandle): Checkpoint {
  if (session === undefined || session.epoch !== handle.epoch) {
    throw new Error(`session ${handle.sessionId} is held by epoch ${session?.epoch ?? 'none'}, not ${handle.epoch}`);
  }
  return { ...openingCheckpoint('0'), ...session.checkpoint };
}

async function save(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  loaded: LoadedSession,
  outcome: WalkOutcome,
  cursor: number,
  phase: Checkpoint['phase'] = loaded.checkpoint.phase,
): Promise<void> {
  const { batch, result } = outcome;
  const fence = { sessionId: handle.sessionId, epoch: handle.epoch, expectedCursor: cursor };
  if (!(await saveCheckpoint(trx, fence, { ...checkpointAfter(batch, result, phase) }))) {
    throw new Error(`session ${handle.sessionId}: another batch from bar ${cursor} was committed first`);
  }
  await insertDecisions(
    trx,
    { accountId: handle.accountId, sessionId: handle.sessionId, run: handle.run, correlationId: handle.workflowId },
    batch.decisions.map(({ decision, inputs }) => ({ decision, inputs })),
  );
  await insertRefusals(trx, batch.decisions.flatMap(refusalOf));
  await saveAccountRows(trx, loaded.account, batch.state, accountRows(batch), {
    epoch: handle.epoch,
    origin: 'session',
    reasoning: null,
    sessionId: handle.sessionId,
  });
  await saveEquity(trx, handle, cursor, batch.equity);
  await saveTraces(trx, accountRows(batch), handle.workflowId);
}

const saveEquity = (trx: Transaction<Tables>, handle: SessionHandle, fromIndex: number, points: readonly EquityPoint[]) =>
  appendEquity(trx, { sessionId: handle.sessionId, run: handle.run, fromIndex }, equityColumns(points));

const accountRows = ({ intents, orders, fills, entries, trades }: WalkBatch) => ({
  intents,
  orders: [...orders.values()],
  fills,
  entries,
  trades,
});

function refusalOf({ decision }: Decided) {
  const { verdict, decisionId } = decision;
  if (verdict === null || verdict.approved) return [];
  return [{ decisionId, stage: 'proposal' as const, reasons: verdict.reasons }];
}

/** Entry contexts are kept while their position or orders live. */
function checkpointAfter(batch: WalkBatch, last: WalkResult, phase: Checkpoint['phase']): Checkpoint {
  const { state } = batch;
  const alive = new Set([
    ...state.book.orders.map((order) => order.decisionId),
    ...state.book.positions.flatMap((one) => (one.trip === null ? [] : [one.trip.decisionId])),
    ...batch.handOver.map(({ decision }) => decision.decisionId),
  ]);
  return {
    cursor: batch.cursor,
    sequence: state.sequence,
    counters: state.counters,
    entries: Object.fromEntries(Object.entries(state.entries).filter(([id]) => alive.has(id))),
    peakEquity: decimalText(state.peakEquity),
    drawdownFractionMax: state.drawdownFractionMax,
    realizedPnl: decimalText(state.realizedPnl),
    phase,
    last,
  };
}

async function closeOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  nowMs: number,
  finish: (loaded: LoadedSession) => WalkOutcome,
  parts: (loaded: LoadedSession, totals: SessionTotals) => ReportParts,
): Promise<{ report: SessionReport; result: WalkResult }> {
  const loaded = await load(trx, handle);
  const stored = loaded.session;
  if (stored.state === 'closed' && stored.report !== null && loaded.checkpoint.last !== null) {
    return { report: stored.report as SessionReport, result: loaded.checkpoint.last };
  }
  const outcome = finish(loaded);
  await save(trx, handle, loaded, outcome, loaded.checkpoint.cursor);
  const report = buildReport(parts({ ...loaded, state: outcome.batch.state }, await readSessionTotals(trx, handle)));
  if (!(await closeSession(trx, handle, { ...report }, nowMs))) throw new Error(`session ${handle.sessionId} is held by a newer run`);
  const payload = { sessionId: handle.sessionId, stoppedBy: report.stoppedBy, resultHash: report.resultHash };
  await appendAudit(trx, [{ kind: 'session_closed', body: payload, atMs: nowMs }]);
  await appendEvents(trx, [{ type: 'session_closed', payload, correlationId: handle.workflowId, atMs: nowMs }]);
  return { report, result: outcome.result };
}

async function abandon(trx: Transaction<Tables>, sessionId: string, nowMs: number): Promise<void> {
  await trx
    .updateTable('sessions')
    .set((eb) => ({ state: 'closed', closed_at: new Date(nowMs).toISOString(), epoch: eb('epoch', '+', 1) }))
    .where('session_id', '=', sessionId)
    .where('state', '=', 'open')
    .execute();
  const payload = { sessionId, reason: 'its workflow had ended without closing it' };
  await appendEvents(trx, [{ type: 'session_abandoned', payload, correlationId: null, atMs: nowMs }]);
}
