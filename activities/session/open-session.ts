/** Opening a session: which strategy is meant, whose row it is, and the handle that the workflow carries from now on. */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { OpenRequest } from '../../db/session-open.ts';
import type { SessionStore } from '../../db/session-store.ts';
import type { SessionRecord } from '../../db/sessions.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { isRealTime } from '../../schemas/governance.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { modelProblems, type ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { SESSION_STRATEGY_TYPES, type Strategy, strategySchema } from '../../schemas/signals.ts';
import { twoLegProblems } from '../../schemas/two-leg-input.ts';
import type { FollowParts } from './follow-market.ts';
import { type LeverageParts, leverageBefore } from './learnt-leverage.ts';
import { type PatternParts, patternsBefore } from './learnt-patterns.ts';
import { liveData, storedData } from './opening-data.ts';
import { loadSeries } from './prepare.ts';
import { evolvedVoters, seatedLeverageAgents, seatedVoters, type VoterParts } from './voters.ts';
import { pastDays } from './walked-days.ts';

/** Backtests of more bars than this keep their orders inside the batch unless asked otherwise. */
const CHILDREN_BARS_MAX = 1_000;

type StoredStrategy = { readonly definition: Strategy; readonly promoted: boolean };

type StrategyParts = { readonly readStrategy: (strategyId: string) => Promise<StoredStrategy | undefined> };

export type OpenParts = StrategyParts &
  VoterParts &
  PatternParts &
  LeverageParts & {
    readonly store: SessionStore;
    readonly market: MarketData;
    readonly follow: FollowParts;
    readonly isWorkflowOpen: (workflowId: string) => Promise<boolean>;
    readonly nowMs: () => number;
  };

/** Who opens: the parsed input, and what names the workflow and its first execution. */
export type Opening = Pick<OpenRequest, 'input' | 'workflowId' | 'openKey'>;

/** Loads the bars, takes the session's row and gathers what its handle carries. Repeated, it opens nothing twice. */
export async function openSession(parts: OpenParts, opening: Opening): Promise<SessionHandle> {
  const { input } = opening;
  const strategy = await resolveStrategy(parts, input);
  const { barsTotal, ...data } = followsMarket(input)
    ? await liveData(parts.follow, input, strategy)
    : storedData(await loadSeries(parts.market, input));
  const session = await openOrTakeOver(parts, {
    ...opening,
    ...data,
    strategy,
    strategyId: strategyIdOf(input.strategy, strategy),
    days: await pastDays(parts.market, input),
    nowMs: parts.nowMs(),
  });
  const { strategyId } = session;
  const { startsAtMs: firstBarMs } = data;
  const operatingMode = await parts.store.operatingMode(input.tradingMode);
  return {
    ...handleOf(session, strategy, input, barsTotal, operatingMode),
    ...(await evolvedVoters(parts, input)),
    ...(await seatedVoters(parts, input)),
    ...(await seatedLeverageAgents(parts, input, strategy)),
    ...(await patternsBefore(parts, input, { strategyId, firstBarMs })),
    ...(await leverageBefore(parts, input, { strategy, strategyId, firstBarMs })),
  };
}

/** @throws InvalidInput STRATEGY_UNKNOWN, STRATEGY_NOT_PROMOTED, or what a stored strategy asks of the session */
export async function resolveStrategy(parts: StrategyParts, input: ParsedSession): Promise<Strategy> {
  const { definition, promoted } = await strategyOf(parts, input.strategy);
  const { components, weights } = input;
  const problems = [
    ...twoLegProblems(definition.type, input),
    ...modelProblems({ strategy: definition, components, weights }),
  ];
  const isUnproven = definition.type === 'evolved' && !promoted;
  if (isUnproven && input.tradingMode === 'live') problems.push(notPromoted(input.strategy));
  if (problems.length > 0) throw new InvalidInput(problems);
  return definition;
}

const notPromoted = (given: ParsedSession['strategy']): Problem =>
  problem(
    'STRATEGY_NOT_PROMOTED',
    'strategy',
    typeof given === 'string' ? given : given.type,
    'the id of a bred strategy that has passed the promotion gate',
    'run it on paper, or let an evolution promote it on bars that no trial has seen',
  );

async function strategyOf(parts: StrategyParts, given: ParsedSession['strategy']): Promise<StoredStrategy> {
  if (typeof given !== 'string') return { definition: given, promoted: false };
  const type = SESSION_STRATEGY_TYPES.find((one) => one === given);
  if (type !== undefined) return { definition: strategySchema.parse({ type }), promoted: false };
  const stored = await parts.readStrategy(given);
  if (stored !== undefined) return stored;
  const expected = `a stored strategy id or one of ${SESSION_STRATEGY_TYPES.join(', ')}`;
  throw new InvalidInput([problem('STRATEGY_UNKNOWN', 'strategy', given, expected)]);
}

/** A stored strategy keeps its id; a built-in one is named by its type and parameters, however they were written. */
const strategyIdOf = (given: ParsedSession['strategy'], strategy: Strategy): string =>
  typeof given === 'string' && !SESSION_STRATEGY_TYPES.some((type) => type === given)
    ? given
    : `${strategy.type}-${sha256Hex(canonicalJson(strategy)).slice(0, 12)}`;

/** An open row whose workflow is gone (terminated from outside) is closed, then the session opens. */
async function openOrTakeOver(parts: OpenParts, request: OpenRequest): Promise<SessionRecord> {
  const first = await parts.store.open(request);
  if (first.outcome === 'opened') return first.session;
  const holder = await parts.store.read(first.busySessionId);
  if (holder !== undefined && !(await parts.isWorkflowOpen(holder.workflowId))) {
    const reason = 'its workflow had ended without closing it';
    await parts.store.abandon(holder.sessionId, parts.nowMs(), holder.epoch, reason);
  }
  const second = await parts.store.open(request);
  if (second.outcome === 'opened') return second.session;
  throw busy(second.busySessionId, request);
}

function busy(sessionId: string, { input, strategyId }: OpenRequest): InvalidInput {
  const expected = `no other open session of strategy ${strategyId} on account ${input.accountId}`;
  const hint = `stop session ${sessionId} first`;
  return new InvalidInput([problem('ACCOUNT_BUSY', 'accountId', sessionId, expected, hint)]);
}

function handleOf(
  session: SessionRecord,
  strategy: Strategy,
  input: ParsedSession,
  barsTotal: number,
  operatingMode: SessionHandle['operatingMode'],
): SessionHandle {
  const childrenByDefault = input.tradingMode === 'backtest' && barsTotal <= CHILDREN_BARS_MAX;
  return {
    sessionId: session.sessionId,
    workflowId: session.workflowId,
    run: session.runCount,
    epoch: session.epoch,
    accountId: session.accountId,
    strategyId: session.strategyId,
    strategy,
    openedAtMs: session.openedAtMs,
    barsTotal,
    ordersAsChildren: isRealTime(input.tradingMode) || (input.ordersAsChildren ?? childrenByDefault),
    operatingMode,
    dataEndsAtMs: session.dataEndsAtMs,
    ...(followsMarket(input) ? { pastInstants: pastInstantsOf(session) } : {}),
  };
}

/** As the session was opened first: a repeated opening knows more of the past by now. */
function pastInstantsOf({ checkpoint }: SessionRecord): number {
  const { pastInstants } = checkpoint;
  return typeof pastInstants === 'number' ? pastInstants : 0;
}
