/**
 * The activities of a session. `openSession` and `closeSession` are safe to repeat; `walkBars` is dispatched once per
 * attempt by the workflow and fenced in Postgres by epoch and cursor, so a lost or doubled batch writes nothing twice.
 */
import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import type { AssessmentNote } from '../schemas/llm/proposal-assessment.ts';
import type { SessionLimits } from '../schemas/risk.ts';
import type { MarketNews, SessionHandle, WalkRequest, WalkResult } from '../schemas/session-walk.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { finalOnInvalidInput } from './failure.ts';
import { closeSession } from './session/close-session.ts';
import { followMarket } from './session/follow-market.ts';
import { type Opening, type OpenParts, openSession } from './session/open-session.ts';
import { createReadySessions, inputOf, type ReadyParts, storedSession } from './session/ready-session.ts';
import type { StopOrder } from './session/report-parts.ts';
import { flattenAll, stepsOf, unwindLoneLeg, type WalkParts, walkOver } from './session/walk-session.ts';

type SessionParts = OpenParts &
  ReadyParts &
  WalkParts & {
    /** When this worker process began: a batch dispatched before is handed back, so that signals come first. */
    readonly bornAtMs: number;
  };

type FlattenRequest = {
  readonly handle: SessionHandle;
  readonly limits: SessionLimits;
  readonly only?: 'unpaired';
};
type CloseRequest = { readonly handle: SessionHandle; readonly stop: StopOrder; readonly limits: SessionLimits };

export type SessionActivities = ReturnType<typeof createSessionActivities>;

export const createSessionActivities = (parts: SessionParts) => {
  const { store, nowMs } = parts;
  const { ready, forget } = createReadySessions(parts);
  return {
    /**
     * Loads the bars, opens the account of a backtest, takes the session's row.
     * @throws InvalidInput (final) DATA_EMPTY, ACCOUNT_UNKNOWN, ACCOUNT_BUSY, STRATEGY_UNKNOWN
     */
    openSession: (opening: Opening): Promise<SessionHandle> => finalOnInvalidInput(() => openSession(parts, opening)),

    /** Looks for new bars of a live market and keeps them to be walked. */
    followMarket: ({ handle }: { handle: SessionHandle }): Promise<MarketNews> =>
      finalOnInvalidInput(async () => followMarket(parts.follow, handle, inputOf(await storedSession(parts, handle)))),

    /** Walks up to `stepsMax` bars and commits them. @throws ApplicationFailure StaleDispatch: this worker is younger */
    walkBars: (request: WalkRequest): Promise<WalkResult> =>
      finalOnInvalidInput(async () => {
        refuseStaleDispatch(parts.bornAtMs);
        const { handle, cursor: from, limits, answers } = request;
        const session = await ready(handle, limits);
        const steps = stepsOf(parts, session, request);
        return store.walk(handle, from, limits, (loaded) => walkOver(parts, session, loaded, { from, steps }), answers);
      }),

    /** Decides once to close every position, or `only` the one without its partner. Fills when the session closes. */
    flattenSession: ({ handle, limits, only }: FlattenRequest): Promise<WalkResult> =>
      finalOnInvalidInput(async () => {
        const session = await ready(handle, limits);
        return store.flatten(handle, (loaded) => flattenAll(parts, session, loaded, only));
      }),

    /**
     * Ends, between two bars, the leg of a pair that has lost its partner. A repeated attempt acts once. Asked from a
     * cursor that the session has passed, it does nothing and returns the stored result of the batch whose report was
     * lost.
     */
    unwindSession: (request: { handle: SessionHandle; cursor: number; limits: SessionLimits }): Promise<WalkResult> =>
      finalOnInvalidInput(async () => {
        const { handle, cursor, limits } = request;
        const session = await ready(handle, limits);
        return store.unwind(handle, { key: activityKey(), cursor }, (loaded, mayExit) =>
          unwindLoneLeg(parts, session, loaded, { from: cursor, mayExit }),
        );
      }),

    /** Ends orders (and positions when asked to flatten), writes the report. */
    closeSession: ({ handle, stop, limits }: CloseRequest): Promise<{ report: SessionReport; walk: WalkResult }> =>
      finalOnInvalidInput(async () => {
        const closed = await closeSession(parts, await ready(handle, limits), stop);
        forget(handle);
        return closed;
      }),

    /** Records what came of asking models about proposals. Repeated, it writes the same. */
    noteAssessments: (request: { handle: SessionHandle; notes: readonly AssessmentNote[] }): Promise<void> =>
      store.noteAssessments(request.handle, request.notes),

    /** Closes the row of a session that failed for good: its orders are looked after by their own workflows. */
    abandonSession: async ({ handle, reason }: { handle: SessionHandle; reason: string }): Promise<void> => {
      await store.abandon(handle.sessionId, nowMs(), handle.epoch, reason);
      forget(handle);
    },

    recordUnknownSignals: async (request: { handle: SessionHandle; names: readonly string[] }): Promise<void> => {
      const payloads = request.names.map((name) => ({ sessionId: request.handle.sessionId, name }));
      await store.recordEvents(request.handle, 'signal_unknown', payloads, nowMs());
    },
  };
};

/** The same for every attempt of one activity. */
function activityKey(): string {
  const { activityId, workflowExecution } = activityInfo();
  return `${workflowExecution?.runId}/${activityId}`;
}

/** A batch that waited in the queue while no worker was up goes back: signals sent meanwhile must be seen first. */
function refuseStaleDispatch(bornAtMs: number): void {
  const { currentAttemptScheduledTimestampMs } = activityInfo();
  if (currentAttemptScheduledTimestampMs >= bornAtMs) return;
  throw ApplicationFailure.create({ type: 'StaleDispatch', message: 'dispatched before this worker started' });
}
