/**
 * Sessions as transactions: open one, walk a batch, close it with its report. Every write of a session goes through
 * here, under the lock of its account and behind the fence of its epoch and cursor, so a repeated or late batch
 * changes nothing and gets the answer of the first.
 */
import type { ReportParts } from '../domain/backtest/session-report.ts';
import type { OperatingMode, TradingMode } from '../schemas/governance.ts';
import type { AdviceAnswer } from '../schemas/llm/advice-slot.ts';
import type { AssessmentNote } from '../schemas/llm/proposal-assessment.ts';
import type { SessionLimits } from '../schemas/risk.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import { type SessionReport, strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { decisionById } from './decisions.ts';
import { appendEvents } from './events.ts';
import { noteAssessments } from './llm/assessments.ts';
import { governanceOf } from './load-governance.ts';
import type { LoadedSession } from './load-session.ts';
import { openingCheckpoint } from './load-walk.ts';
import { inTransaction } from './retry.ts';
import type { WalkOutcome } from './save-outcome.ts';
import { closeOnce } from './session-close.ts';
import { abandon, type OpenOutcome, type OpenRequest, openRun } from './session-open.ts';
import type { SessionTotals } from './session-totals.ts';
import { flattenOnce, type UnwindRequest, unwindOnce, walkOnce } from './session-walk.ts';
import { readSession, type SessionRecord } from './sessions.ts';
import type { Database } from './tables.ts';

export type SessionStore = ReturnType<typeof createSessionStore>;

export const createSessionStore = (db: Database) => ({
  /** @throws InvalidInput ACCOUNT_UNKNOWN */
  open: (request: OpenRequest): Promise<OpenOutcome> => inTransaction(db, (trx) => openRun(trx, request)),

  read: (sessionId: string): Promise<SessionRecord | undefined> => readSession(db, sessionId),

  /**
   * Runs `walk` on the session's state and commits what it did; a cursor already passed gives the stored answer.
   * `answers`: what models have said to the last instant, kept with it.
   */
  walk: (
    handle: SessionHandle,
    cursor: number,
    limits: SessionLimits,
    walk: (loaded: LoadedSession) => WalkOutcome,
    answers: readonly AdviceAnswer[] = [],
  ): Promise<WalkResult> => inTransaction(db, (trx) => walkOnce(trx, handle, cursor, limits, walk, answers)),

  /** What came of asking models about proposals; noted again, it is what it was. */
  noteAssessments: (handle: SessionHandle, notes: readonly AssessmentNote[]): Promise<void> =>
    inTransaction(db, (trx) => noteAssessments(trx, handle, notes)),

  /** Decides once to close all positions; asked again it gives the first answer. */
  flatten: (handle: SessionHandle, walk: (loaded: LoadedSession) => WalkOutcome): Promise<WalkResult> =>
    inTransaction(db, (trx) => flattenOnce(trx, handle, walk)),

  /** Looks between two bars for a leg without its partner; what was answered before is answered again. */
  unwind: (
    handle: SessionHandle,
    request: UnwindRequest,
    walk: (loaded: LoadedSession, mayExit: boolean) => WalkOutcome,
  ): Promise<WalkResult> => inTransaction(db, (trx) => unwindOnce(trx, handle, request, walk)),

  /** The confidence a decision was recorded with; null when it was never made, which passes no gate. */
  confidenceOf: async (decisionId: string): Promise<number | null> =>
    (await decisionById(db, decisionId))?.confidence ?? null,

  /** The limits in force: those of the input until the session has tightened them. */
  limitsOf: async (session: SessionRecord): Promise<SessionLimits> => {
    const { limits } = { ...openingCheckpoint('0'), ...session.checkpoint };
    return limits ?? strategySessionInputSchema.parse(session.input).limits;
  },

  /** The one that its orders would be made under now. */
  operatingMode: async (tradingMode: TradingMode): Promise<OperatingMode> =>
    (await governanceOf(db, { tradingMode }, '')).policy.mode,

  /** Closes a session; `finish` ends its orders and positions. Doing it again gives the stored report. */
  close: (
    handle: SessionHandle,
    nowMs: number,
    finish: (loaded: LoadedSession) => WalkOutcome,
    report: (loaded: LoadedSession, totals: SessionTotals) => ReportParts,
  ): Promise<{ report: SessionReport; result: WalkResult }> =>
    inTransaction(db, (trx) => closeOnce(trx, handle, nowMs, finish, report)),

  /** Closes the row of a session whose workflow ended without closing it (terminated from outside). */
  abandon: (sessionId: string, nowMs: number, epoch: number, reason: string): Promise<void> =>
    inTransaction(db, (trx) => abandon(trx, sessionId, nowMs, epoch, reason)),

  recordEvents: (handle: SessionHandle, type: string, payloads: readonly Record<string, unknown>[], nowMs: number) =>
    inTransaction(db, (trx) =>
      appendEvents(
        trx,
        payloads.map((payload) => ({ type, payload, correlationId: handle.workflowId, atMs: nowMs })),
      ),
    ),
});
