/**
 * The hands of a session. `openSession` and `closeSession` are safe to repeat; `walkBars` is dispatched once per
 * attempt by the workflow and fenced in Postgres by epoch and cursor, so a lost or doubled batch writes nothing twice.
 */
import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';
import type { MarketData } from '../adapters/market-data/market-data.ts';
import type { LoadedSession } from '../db/load-session.ts';
import type { WalkOutcome } from '../db/save-outcome.ts';
import type { SessionRecord } from '../db/sessions.ts';
import { awaitedAdvisor, rulesAdvisor } from '../domain/backtest/advisor.ts';
import { entryTermsOf } from '../domain/backtest/entry-terms.ts';
import { finishWalk, flattenWalk } from '../domain/backtest/finish-walk.ts';
import { regimeTransitions } from '../domain/backtest/regime-transitions.ts';
import { unwindWalk } from '../domain/backtest/unwind-walk.ts';
import { walkBatch } from '../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../domain/backtest/walk-context.ts';
import { type WalkAct, type WalkRecord, walkRecordOf } from '../domain/backtest/walk-record.ts';
import { COMPONENT_WEIGHTS } from '../domain/decision/weights.ts';
import { findReportableGaps } from '../domain/market/reportable-gaps.ts';
import { isRealTime, type ModelGovernance } from '../schemas/governance.ts';
import { followsMarket } from '../schemas/live-market.ts';
import type { AssessmentNote } from '../schemas/llm/proposal-assessment.ts';
import type { Compliance, DeskLimits, SessionLimits } from '../schemas/risk.ts';
import type { ParsedSession } from '../schemas/session-input.ts';
import type { MarketNews, SessionHandle, WalkRequest, WalkResult } from '../schemas/session-walk.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { asksModels, strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { finalOnInvalidInput } from './failure.ts';
import { dueAtMs, dueCount } from './session/due-bars.ts';
import { type FollowParts, followMarket } from './session/follow-market.ts';
import { type LeverageParts, leverageBefore, leverageNow } from './session/learnt-leverage.ts';
import {
  evolvedVoters,
  handleOf,
  type OpenParts,
  openOrTakeOver,
  resolveStrategy,
  seatedLeverers,
  seatedVoters,
  strategyIdOf,
  taughtBefore,
  taughtNow,
} from './session/open-session.ts';
import { liveData, storedData } from './session/opening-data.ts';
import { createPreparer, dataHashOf, loadSeries, type Prepared, type ReadWeights } from './session/prepare.ts';
import { createLivePreparer, walkedSeries } from './session/prepare-live.ts';
import { reportParts, type StopOrder } from './session/report-parts.ts';
import { type Telling, walkResultOf } from './session/walk-result.ts';
import { pastDays, walkedDays } from './session/walked-days.ts';

export type SessionParts = OpenParts &
  LeverageParts & {
    readonly market: MarketData;
    /** The network of a seat, by the run that has trained it. */
    readonly seatWeights: ReadWeights;
    /** Where bars of a vendor come from while they come to be. */
    readonly follow: FollowParts;
    readonly desk: DeskLimits;
    readonly compliance: Compliance;
    readonly models: ModelGovernance;
    readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
    /** The reason in the local kill file, or null. */
    readonly killFile: () => string | null;
    /** When this worker process began: a batch dispatched before is handed back, so that signals come first. */
    readonly bornAtMs: number;
    readonly codeVersion: string;
  };

/** What is read anew under the account's lock for every batch. */
type LoadedFacts = 'policy' | 'killSwitch' | 'halts' | 'liveArmed' | 'strategyDisabled' | 'answers';

const HEARTBEAT_EVERY_BARS = 50;

export type SessionActivities = ReturnType<typeof createSessionActivities>;

export const createSessionActivities = (parts: SessionParts) => {
  const prepare = createPreparer(parts.market, parts.seatWeights);
  const live = createLivePreparer(parts.follow.live, parts.seatWeights);

  const preparedFor = async (handle: SessionHandle): Promise<{ input: ParsedSession; prepared: Prepared }> => {
    const session = await parts.store.read(handle.sessionId);
    if (session === undefined) throw new Error(`session ${handle.sessionId} has no row`);
    const input = inputOf(session);
    if (followsMarket(input)) {
      return { input, prepared: await live.prepare(handle, input, session.checkpoint.cursor) };
    }
    const key = `${handle.sessionId}@${handle.epoch}`;
    const data = { endsAtMs: handle.dataEndsAtMs, hash: session.dataHash };
    return { input, prepared: await prepare(key, input, handle, data) };
  };

  const contextOf = async (
    handle: SessionHandle,
    input: ParsedSession,
    prepared: Prepared,
    limits: SessionLimits,
  ): Promise<Omit<WalkContext, LoadedFacts>> => ({
    sessionId: handle.sessionId,
    workflowId: handle.workflowId,
    accountId: handle.accountId,
    strategyId: handle.strategyId,
    strategy: handle.strategy,
    symbols: input.symbols,
    markets: prepared.markets,
    timeline: prepared.timeline,
    direction: input.direction,
    components: input.components,
    weights: input.weights ?? COMPONENT_WEIGHTS,
    advisor: asksModels(input.model) ? awaitedAdvisor : rulesAdvisor,
    tradingMode: input.tradingMode,
    venue: input.venue ?? 'paper',
    costs: input.costs,
    limits,
    desk: parts.desk,
    compliance: parts.compliance,
    entryTerms: entryTermsOf(input, parts.models),
    quarantined: await parts.quarantined(input.symbols, input.barIntervalMs),
    ...(await taughtNow(parts, input, handle)),
    ...(await leverageNow(parts, input, handle)),
    ...(followsMarket(input) ? { agesAtMs: parts.nowMs() } : {}),
  });

  const underPolicy = (context: Omit<WalkContext, LoadedFacts>, loaded: LoadedSession): WalkContext => ({
    ...context,
    policy: loaded.policy,
    killSwitch: loaded.killSwitch ?? parts.killFile(),
    halts: loaded.halts,
    liveArmed: loaded.liveArmed,
    strategyDisabled: loaded.strategyDisabled,
    ...(loaded.awaitingApproval.length === 0
      ? {}
      : { awaitingApproval: loaded.awaitingApproval.map((one) => one.symbol) }),
    ...(loaded.answers.size === 0 ? {} : { answers: loaded.answers }),
    ...(loaded.allocationWeight === 1 ? {} : { allocationWeight: loaded.allocationWeight }),
  });

  /** What a walk stands on, for the record. */
  const recordOf = (
    { input, prepared, handle }: { input: ParsedSession; prepared: Prepared; handle: SessionHandle },
    context: WalkContext,
    { state, session }: LoadedSession,
    act: WalkAct,
  ): WalkRecord => {
    const { market, barIntervalMs, seed } = input;
    const kind = followsMarket(input) ? ('seen' as const) : ('stored' as const);
    const data = {
      endsAtMs: handle.dataEndsAtMs,
      hash: session.dataHash,
      evolved: handle.evolved,
      agents: handle.agents,
      leverageAgents: handle.leverageAgents,
    };
    const bars = { kind, market, barIntervalMs, seed, ...data };
    const { firstInstant = 0 } = prepared;
    return walkRecordOf(context, { act, state, firstInstant, bars, codeVersion: parts.codeVersion });
  };

  return {
    /**
     * Loads the bars, opens the account of a backtest, takes the session's row.
     * @throws InvalidInput (final) DATA_EMPTY, ACCOUNT_UNKNOWN, ACCOUNT_BUSY, STRATEGY_UNKNOWN
     */
    openSession: (request: { input: ParsedSession; workflowId: string; openKey: string }): Promise<SessionHandle> =>
      finalOnInvalidInput(async () => {
        const { input, workflowId } = request;
        const strategy = await resolveStrategy(parts, input);
        const data = followsMarket(input)
          ? await liveData(parts.follow, input, strategy)
          : storedData(await loadSeries(parts.market, input));
        const open = {
          input,
          workflowId,
          openKey: request.openKey,
          strategy,
          strategyId: strategyIdOf(input.strategy, strategy),
          ...data,
          days: await pastDays(parts.market, input),
          nowMs: parts.nowMs(),
        };
        const session = await openOrTakeOver(parts, open);
        return {
          ...handleOf(session, strategy, input, data.barsTotal, await parts.store.operatingMode(input.tradingMode)),
          ...(await evolvedVoters(parts, input)),
          ...(await seatedVoters(parts, input)),
          ...(await seatedLeverers(parts, input, strategy)),
          ...(await taughtBefore(parts, input, { strategyId: session.strategyId, firstBarMs: data.startsAtMs })),
          ...(await leverageBefore(parts, input, {
            ...{ strategy, strategyId: session.strategyId, firstBarMs: data.startsAtMs },
          })),
        };
      }),

    /** Looks for new bars of a live market and keeps them to be walked. */
    followMarket: (request: { handle: SessionHandle }): Promise<MarketNews> =>
      finalOnInvalidInput(async () => {
        const session = await parts.store.read(request.handle.sessionId);
        if (session === undefined) throw new Error(`session ${request.handle.sessionId} has no row`);
        return followMarket(parts.follow, request.handle, inputOf(session));
      }),

    /** Walks up to `stepsMax` bars and commits them. @throws ApplicationFailure StaleDispatch when this worker is younger */
    walkBars: (request: WalkRequest): Promise<WalkResult> =>
      finalOnInvalidInput(async () => {
        refuseStaleDispatch(parts.bornAtMs);
        const { handle, cursor, limits, answers } = request;
        const { input, prepared } = await preparedFor(handle);
        const { timeline } = prepared;
        const clock = { openedAtMs: handle.openedAtMs, speed: input.market.speed, intervalMs: input.barIntervalMs };
        const follows = followsMarket(input);
        const steps =
          request.dueOnly && !follows
            ? dueCount(timeline, cursor, request.stepsMax, clock, parts.nowMs())
            : Math.min(request.stepsMax, timeline.openTimeMs.length - cursor);
        const context = await contextOf(handle, input, prepared, limits);
        const walk = (loaded: LoadedSession): WalkOutcome => {
          const walkContext = underPolicy(context, loaded);
          const { waiting } = loaded.checkpoint;
          const bounds = { from: cursor, until: cursor + steps, ordersAsChildren: handle.ordersAsChildren, waiting };
          const batch = walkBatch(loaded.state, walkContext, {
            ...bounds,
            onInstant: (k) => k % HEARTBEAT_EVERY_BARS === 0 && heartbeat(k),
          });
          const nextDueAtMs = follows ? null : dueAtMs(timeline, batch.cursor, clock);
          return {
            batch,
            result: walkResultOf(batch, walkContext, {
              ...telling(handle, prepared, loaded, parts.nowMs()),
              nextDueAtMs,
            }),
            record: recordOf({ input, prepared, handle }, walkContext, loaded, { kind: 'bars', ...bounds }),
            days: walkedDays(input, prepared, cursor, batch.cursor),
            regimes: regimeTransitions(walkContext, cursor, batch.cursor),
          };
        };
        return parts.store.walk(handle, cursor, limits, walk, answers);
      }),

    /** Decides to close every position, or `only` the one without its partner; once. Fills when the session closes. */
    flattenSession: (request: {
      handle: SessionHandle;
      limits: SessionLimits;
      only?: 'unpaired';
    }): Promise<WalkResult> =>
      finalOnInvalidInput(async () => {
        const { handle, limits, only } = request;
        const { input, prepared } = await preparedFor(handle);
        const context = await contextOf(handle, input, prepared, limits);
        return parts.store.flatten(handle, (loaded) => {
          const walkContext = underPolicy(context, loaded);
          const { cursor } = loaded.checkpoint;
          const { ordersAsChildren } = handle;
          const batch = flattenWalk(loaded.state, cursor, walkContext, ordersAsChildren, only);
          const act = { kind: 'flatten' as const, from: cursor, ordersAsChildren, only: only ?? ('all' as const) };
          return {
            batch,
            result: walkResultOf(batch, walkContext, telling(handle, prepared, loaded, parts.nowMs())),
            record: recordOf({ input, prepared, handle }, walkContext, loaded, act),
          };
        });
      }),

    /**
     * Ends, between two bars, the leg of a pair that has lost its partner. An attempt that is repeated acts once. Asked
     * from a cursor that the session has passed, it acts not at all and tells the batch whose report was lost.
     */
    unwindSession: (request: { handle: SessionHandle; cursor: number; limits: SessionLimits }): Promise<WalkResult> =>
      finalOnInvalidInput(async () => {
        const { handle, cursor, limits } = request;
        const { activityId, workflowExecution } = activityInfo();
        const { input, prepared } = await preparedFor(handle);
        const context = await contextOf(handle, input, prepared, limits);
        const key = `${workflowExecution?.runId}/${activityId}`;
        return parts.store.unwind(handle, { key, cursor }, (loaded, mayExit) => {
          const walkContext = underPolicy(context, loaded);
          const batch = unwindWalk(loaded.state, cursor, walkContext, mayExit);
          return {
            batch,
            result: walkResultOf(batch, walkContext, telling(handle, prepared, loaded, parts.nowMs())),
            record: recordOf({ input, prepared, handle }, walkContext, loaded, {
              kind: 'unwind',
              from: cursor,
              mayExit,
            }),
          };
        });
      }),

    /** Ends orders (and positions when asked to flatten), writes the report. */
    closeSession: (request: {
      handle: SessionHandle;
      stop: StopOrder;
      limits: SessionLimits;
    }): Promise<{ report: SessionReport; walk: WalkResult }> =>
      finalOnInvalidInput(async () => {
        const { handle, stop, limits } = request;
        const { input, prepared } = await preparedFor(handle);
        const context = await contextOf(handle, input, prepared, limits);
        const seen = followsMarket(input) ? await parts.follow.live.bars(handle, 0) : [];
        const closed = await parts.store.close(
          handle,
          parts.nowMs(),
          (loaded) => {
            const walkContext = underPolicy(context, loaded);
            const keepsLegs = isRealTime(input.tradingMode) && !stop.flatten;
            const batch = finishWalk(loaded.state, loaded.checkpoint.cursor, walkContext, keepsLegs);
            const result = walkResultOf(batch, walkContext, telling(handle, prepared, loaded, parts.nowMs()));
            return { batch, result, record: null };
          },
          (loaded, totals) => {
            const { codeVersion } = parts;
            const { cursor } = loaded.checkpoint;
            const series = followsMarket(input) ? walkedSeries(seen, input, cursor) : prepared.series;
            const gaps = series.flatMap((bars) => findReportableGaps(bars));
            return reportParts({
              loaded,
              totals,
              handle,
              input,
              stop,
              gaps,
              dataHash: dataHashOf(series),
              codeVersion,
            });
          },
        );
        live.forget(handle);
        return { report: closed.report, walk: closed.result };
      }),

    /** Writes down what came of asking models about proposals. Repeated, it writes the same. */
    noteAssessments: (request: { handle: SessionHandle; notes: readonly AssessmentNote[] }): Promise<void> =>
      parts.store.noteAssessments(request.handle, request.notes),

    /** Gives back the row of a session that failed for good: its orders are looked after by their own workflows. */
    abandonSession: async (request: { handle: SessionHandle; reason: string }): Promise<void> => {
      await parts.store.abandon(request.handle.sessionId, parts.nowMs(), request.handle.epoch, request.reason);
      live.forget(request.handle);
    },

    recordUnknownSignals: async (request: { handle: SessionHandle; names: readonly string[] }): Promise<void> => {
      const payloads = request.names.map((name) => ({ sessionId: request.handle.sessionId, name }));
      await parts.store.recordEvents(request.handle, 'signal_unknown', payloads, parts.nowMs());
    },
  };
};

/** A live market has no last bar. */
const telling = (handle: SessionHandle, prepared: Prepared, loaded: LoadedSession, nowMs: number): Telling => ({
  nextDueAtMs: null,
  barsTotal: handle.pastInstants === undefined ? prepared.timeline.openTimeMs.length : Number.POSITIVE_INFINITY,
  ordersAsChildren: handle.ordersAsChildren,
  sequences: loaded.sequences,
  nowMs,
  operatingMode: handle.operatingMode,
  windowFromMs: (handle.pastInstants === undefined ? prepared.timeline.openTimeMs[0] : null) ?? handle.openedAtMs,
  modelCostMicroUsd: loaded.modelCostMicroUsd,
});

/** A batch that waited in the queue while no worker was up goes back: signals sent meanwhile must be seen first. */
function refuseStaleDispatch(bornAtMs: number): void {
  const { currentAttemptScheduledTimestampMs } = activityInfo();
  if (currentAttemptScheduledTimestampMs >= bornAtMs) return;
  throw ApplicationFailure.create({ type: 'StaleDispatch', message: 'dispatched before this worker started' });
}

const inputOf = (session: SessionRecord): ParsedSession => ({
  ...strategySessionInputSchema.parse(session.input),
  sessionId: session.sessionId,
});
