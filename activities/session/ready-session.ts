/**
 * A session made ready for one walk: its bars with everything computed over them, and the context of its decisions.
 * What has to be read under the account's lock is missing from that context; `underLock` adds it in the transaction.
 */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { LoadedSession } from '../../db/load-session.ts';
import type { SessionStore } from '../../db/session-store.ts';
import type { SessionRecord } from '../../db/sessions.ts';
import { awaitedAdvisor, rulesAdvisor } from '../../domain/backtest/advisor.ts';
import { entryTermsOf } from '../../domain/backtest/entry-terms.ts';
import type { WalkContext } from '../../domain/backtest/walk-context.ts';
import { COMPONENT_WEIGHTS } from '../../domain/decision/weights.ts';
import type { ModelGovernance } from '../../schemas/governance.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import type { Compliance, DeskLimits, SessionLimits } from '../../schemas/risk.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { asksModels, strategySessionInputSchema } from '../../schemas/strategy-session.ts';
import type { FollowParts } from './follow-market.ts';
import { type LeverageParts, leverageNow } from './learnt-leverage.ts';
import { type PatternParts, patternsNow } from './learnt-patterns.ts';
import { createPreparer, type Prepared, type ReadWeights } from './prepare.ts';
import { createLivePreparer } from './prepare-live.ts';

export type ReadyParts = PatternParts &
  LeverageParts & {
    readonly store: SessionStore;
    readonly market: MarketData;
    /** The weights of a seated network, by the run that has trained it. */
    readonly seatWeights: ReadWeights;
    /** The bars of sessions that trade a live market. */
    readonly follow: FollowParts;
    readonly desk: DeskLimits;
    readonly compliance: Compliance;
    readonly models: ModelGovernance;
    readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
    /** The reason in the local kill file, or null. */
    readonly killFile: () => string | null;
    readonly nowMs: () => number;
  };

/** What every walk reads anew under the account's lock. */
type LockedFacts = 'policy' | 'killSwitch' | 'halts' | 'liveArmed' | 'strategyDisabled' | 'answers';

export type ReadySession = {
  readonly handle: SessionHandle;
  readonly input: ParsedSession;
  readonly prepared: Prepared;
  readonly context: Omit<WalkContext, LockedFacts>;
};

/** Keeps prepared bars from one walk to the next; `forget` drops those of a session that has ended. */
export function createReadySessions(parts: ReadyParts) {
  const prepareStored = createPreparer(parts.market, parts.seatWeights);
  const live = createLivePreparer(parts.follow.live, parts.seatWeights);
  const preparedFor = (handle: SessionHandle, input: ParsedSession, session: SessionRecord): Promise<Prepared> => {
    if (followsMarket(input)) return live.prepare(handle, input, session.checkpoint.cursor);
    const data = { endsAtMs: handle.dataEndsAtMs, hash: session.dataHash };
    return prepareStored(`${handle.sessionId}@${handle.epoch}`, input, handle, data);
  };
  return {
    ready: async (handle: SessionHandle, limits: SessionLimits): Promise<ReadySession> => {
      const session = await storedSession(parts, handle);
      const input = inputOf(session);
      const prepared = await preparedFor(handle, input, session);
      return { handle, input, prepared, context: await contextOf(parts, handle, { input, prepared, limits }) };
    },
    forget: live.forget,
  };
}

async function contextOf(
  parts: ReadyParts,
  handle: SessionHandle,
  { input, prepared, limits }: Pick<ReadySession, 'input' | 'prepared'> & { readonly limits: SessionLimits },
): Promise<ReadySession['context']> {
  return {
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
    ...(await patternsNow(parts, input, handle)),
    ...(await leverageNow(parts, input, handle)),
    ...(followsMarket(input) ? { agesAtMs: parts.nowMs() } : {}),
  };
}

/** The whole context of a walk. Either kill flag counts: the database's and the local file's. */
export const underLock = (
  { killFile }: Pick<ReadyParts, 'killFile'>,
  { context }: ReadySession,
  loaded: LoadedSession,
): WalkContext => ({
  ...context,
  policy: loaded.policy,
  killSwitch: loaded.killSwitch ?? killFile(),
  halts: loaded.halts,
  liveArmed: loaded.liveArmed,
  strategyDisabled: loaded.strategyDisabled,
  ...(loaded.awaitingApproval.length === 0
    ? {}
    : { awaitingApproval: loaded.awaitingApproval.map((one) => one.symbol) }),
  ...(loaded.inDoubt.length === 0 ? {} : { inDoubt: loaded.inDoubt.map(({ symbol, leg }) => ({ symbol, leg })) }),
  ...(loaded.answers.size === 0 ? {} : { answers: loaded.answers }),
  ...(loaded.allocationWeight === 1 ? {} : { allocationWeight: loaded.allocationWeight }),
});

/** @throws Error when the session has no row */
export async function storedSession(
  { store }: Pick<ReadyParts, 'store'>,
  { sessionId }: SessionHandle,
): Promise<SessionRecord> {
  const session = await store.read(sessionId);
  if (session === undefined) throw new Error(`session ${sessionId} has no row`);
  return session;
}

/** The input that a session was opened with, as its row keeps it. */
export const inputOf = (session: SessionRecord): ParsedSession => ({
  ...strategySessionInputSchema.parse(session.input),
  sessionId: session.sessionId,
});
