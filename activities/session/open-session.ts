/** Opening a session: which strategy is meant, whose row it is, and the handle that the workflow carries from then on. */

import type { SessionStore } from '../../db/session-store.ts';
import type { SessionRecord } from '../../db/sessions.ts';
import { leverageSettingsOf } from '../../domain/backtest/leverage-terms.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import type { PatternTable } from '../../domain/learning/online/patterns.ts';
import type { LearntStrategy } from '../../domain/learning/online/should-trade.ts';
import type { MarketAgent } from '../../schemas/agent-training.ts';
import { isRealTime } from '../../schemas/governance.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { modelProblems, type ParsedSession } from '../../schemas/session-input.ts';
import type { SeatedAgent, SessionHandle } from '../../schemas/session-walk.ts';
import { SESSION_STRATEGY_TYPES, type Strategy, strategySchema } from '../../schemas/signals.ts';
import { twoLegProblems } from '../../schemas/two-leg-input.ts';

/** Backtests of more bars than this keep their orders inside the batch unless asked otherwise. */
const CHILDREN_BARS_MAX = 1_000;

type StoredStrategy = { readonly definition: Strategy; readonly promoted: boolean };

export type OpenParts = {
  readonly store: SessionStore;
  readonly readStrategy: (strategyId: string) => Promise<StoredStrategy | undefined>;
  /** The bred strategy of a market that was promoted last. */
  readonly promotedStrategy: (symbol: string, intervalMs: number) => Promise<Strategy | undefined>;
  /** The network that holds the seat of such an agent in a market. */
  readonly seatedAgent: (agent: MarketAgent, symbol: string, intervalMs: number) => Promise<SeatedAgent | undefined>;
  /** What the reviewed trades of a strategy teach that had closed by then. */
  readonly learntPatterns: (strategyId: string, untilMs: number) => Promise<PatternTable>;
  /** How the strategy stood by those of them that count. */
  readonly learntHealth: (strategyId: string, untilMs: number) => Promise<LearntStrategy['health']>;
  readonly isWorkflowOpen: (workflowId: string) => Promise<boolean>;
  readonly nowMs: () => number;
};

type StrategyParts = Pick<OpenParts, 'readStrategy'>;

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

/** Bred strategies that vote in this session: those promoted for its symbols, when it lists the component. */
export async function evolvedVoters(
  parts: Pick<OpenParts, 'promotedStrategy'>,
  { components, symbols, barIntervalMs }: ParsedSession,
): Promise<Pick<SessionHandle, 'evolved'>> {
  if (!components.includes('evolved')) return {};
  const found = await Promise.all(
    symbols.map(async (symbol) => [symbol, await parts.promotedStrategy(symbol, barIntervalMs)] as const),
  );
  const evolved = Object.fromEntries(found.flatMap(([symbol, one]) => (one === undefined ? [] : [[symbol, one]])));
  return Object.keys(evolved).length === 0 ? {} : { evolved };
}

/** Networks that vote in this session: those seated for its symbols, when it lists the component. */
export async function seatedVoters(
  parts: Pick<OpenParts, 'seatedAgent'>,
  input: ParsedSession,
): Promise<Pick<SessionHandle, 'agents'>> {
  const agents = await seatsOf(parts, 'spot', input);
  return agents === null ? {} : { agents };
}

/** Networks that the session's leverage begins with: those seated for its symbols, when it lists the component. */
export async function seatedLeverers(
  parts: Pick<OpenParts, 'seatedAgent'>,
  input: ParsedSession,
  strategy: Strategy,
): Promise<Pick<SessionHandle, 'leverageAgents'>> {
  if (leverageSettingsOf(input, strategy) === null) return {};
  const leverageAgents = await seatsOf(parts, 'leverage', input);
  return leverageAgents === null ? {} : { leverageAgents };
}

async function seatsOf(
  { seatedAgent }: Pick<OpenParts, 'seatedAgent'>,
  agent: MarketAgent,
  { components, symbols, barIntervalMs }: ParsedSession,
): Promise<Record<string, SeatedAgent> | null> {
  if (!components.includes('agent')) return null;
  const found = await Promise.all(
    symbols.map(async (symbol) => [symbol, await seatedAgent(agent, symbol, barIntervalMs)] as const),
  );
  const seats = found.flatMap(([symbol, one]) => (one === undefined ? [] : [[symbol, one] as const]));
  return seats.length === 0 ? null : Object.fromEntries(seats);
}

/** A session in virtual time is taught once, by what was known at its first bar: it gives the same when it is repeated. */
export async function taughtBefore(
  parts: LearntParts,
  { components, tradingMode }: ParsedSession,
  { strategyId, firstBarMs }: { readonly strategyId: string; readonly firstBarMs: number },
): Promise<Pick<SessionHandle, 'online' | 'onlineHealth'>> {
  if (!components.includes('online') || isRealTime(tradingMode)) return {};
  const { online, onlineHealth } = await learntUntil(parts, strategyId, firstBarMs);
  return { online: { ...online }, onlineHealth: { ...onlineHealth, reasons: [...onlineHealth.reasons] } };
}

/** A session in real time learns as it goes. */
export async function taughtNow(
  parts: LearntParts & Pick<OpenParts, 'nowMs'>,
  { components, tradingMode }: ParsedSession,
  { strategyId, online, onlineHealth }: Pick<SessionHandle, 'strategyId' | 'online' | 'onlineHealth'>,
): Promise<Partial<Learnt>> {
  if (!components.includes('online')) return {};
  if (isRealTime(tradingMode)) return learntUntil(parts, strategyId, parts.nowMs());
  return { ...(online === undefined ? {} : { online }), ...(onlineHealth === undefined ? {} : { onlineHealth }) };
}

type LearntParts = Pick<OpenParts, 'learntPatterns' | 'learntHealth'>;
type Learnt = { readonly online: PatternTable; readonly onlineHealth: LearntStrategy['health'] };

async function learntUntil(parts: LearntParts, strategyId: string, untilMs: number): Promise<Learnt> {
  const [online, onlineHealth] = await Promise.all([
    parts.learntPatterns(strategyId, untilMs),
    parts.learntHealth(strategyId, untilMs),
  ]);
  return { online, onlineHealth };
}

/** A stored strategy keeps its id; a built-in one is named by its type and what it says, however it was spelled. */
export const strategyIdOf = (given: ParsedSession['strategy'], strategy: Strategy): string =>
  typeof given === 'string' && !SESSION_STRATEGY_TYPES.some((type) => type === given)
    ? given
    : `${strategy.type}-${sha256Hex(canonicalJson(strategy)).slice(0, 12)}`;

/** An open row whose workflow is gone (terminated from outside) is closed, then the session opens. */
export async function openOrTakeOver(
  parts: OpenParts,
  request: Parameters<SessionStore['open']>[0],
): Promise<SessionRecord> {
  const first = await parts.store.open(request);
  if (first.outcome === 'opened') return first.session;
  const holder = await parts.store.read(first.busySessionId);
  if (holder !== undefined && !(await parts.isWorkflowOpen(holder.workflowId))) {
    await parts.store.abandon(
      holder.sessionId,
      parts.nowMs(),
      holder.epoch,
      'its workflow had ended without closing it',
    );
  }
  const second = await parts.store.open(request);
  if (second.outcome === 'opened') return second.session;
  throw busy(second.busySessionId, request);
}

function busy(sessionId: string, { input, strategyId }: Parameters<SessionStore['open']>[0]): InvalidInput {
  const expected = `no other open session of strategy ${strategyId} on account ${input.accountId}`;
  const hint = `stop session ${sessionId} first`;
  return new InvalidInput([problem('ACCOUNT_BUSY', 'accountId', sessionId, expected, hint)]);
}

export function handleOf(
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
