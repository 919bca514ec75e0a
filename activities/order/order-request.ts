/** What the gate is asked about an order at the moment it is about to leave: its facts, and what surrounds it. */
import type { Broker } from '../../adapters/broker/broker.ts';
import type { OrderRequest } from '../../db/order-request.ts';
import type { SessionStore } from '../../db/session-store.ts';
import { stopDistanceIn } from '../../domain/backtest/gate-input-of.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { GateReason } from '../../schemas/decision.ts';
import { isRealTime, type ModelGovernance, type TradingMode } from '../../schemas/governance.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import type { ManualOrderInput, SessionOrderInput } from '../../schemas/order-execution.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { type Compliance, sessionLimitsSchema } from '../../schemas/risk.ts';
import { type StrategySessionInput, strategySessionInputSchema } from '../../schemas/strategy-session.ts';
import { factsAfterWaiting, type WaitingParts } from './after-waiting.ts';
import { type CorrelationParts, heldGroup, sessionGroup } from './correlated-symbols.ts';
import { judgeAiOrder } from './judge-ai-order.ts';
import type { ManualOrderParts } from './manual-order.ts';
import { type OrderStep, unknownAccount } from './order-step.ts';
import { type OrderTimeParts, orderTime } from './order-time.ts';
import { MANUAL_STRATEGY_ID } from './plan-manual-order.ts';

export type OrderRequestParts = OrderTimeParts &
  WaitingParts &
  CorrelationParts &
  Pick<ManualOrderParts, 'readAccount'> & {
    readonly sessions: SessionStore;
    /** The network venues of this desk, by name. */
    readonly venues: ReadonlyMap<string, Broker>;
    /** Whether what leaves for it meets prices of now, whatever bars it was worked out on. */
    readonly tradesNow: (venue: string) => boolean;
    /** Makes sure that books and venue have been compared since this worker began; else the reason why not. */
    readonly unreconciled: (accountId: string, venue: string) => Promise<string | null>;
    readonly compliance: Compliance;
    readonly models: ModelGovernance;
    /** How many markets a strategy has traded on an account. */
    readonly marketsTraded: (accountId: string, strategyId: string) => Promise<number>;
    readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
    readonly killFile: () => string | null;
  };

/** @throws InvalidInput SESSION_UNKNOWN, ACCOUNT_UNKNOWN */
export const orderRequest = (parts: OrderRequestParts, step: OrderStep): Promise<OrderRequest> =>
  step.input.origin === 'session' ? sessionRequest(parts, step, step.input) : manualRequest(parts, step, step.input);

async function sessionRequest(
  parts: OrderRequestParts,
  step: OrderStep,
  input: SessionOrderInput,
): Promise<OrderRequest> {
  const session = await parts.sessions.read(input.sessionId);
  if (session === undefined) throw unknownSession(input.sessionId);
  const settings = strategySessionInputSchema.parse(session.input);
  const [first] = step.intents;
  const now = await orderTime(parts, followsMarket(settings) ? settings.market : null, first);
  return {
    workflowId: input.sessionWorkflowId,
    sessionId: input.sessionId,
    decisionId: step.decisionId,
    intents: step.intents,
    facts: {
      confidence: await parts.sessions.confidenceOf(step.decisionId),
      hasStop: step.intents.some((one) => one.leg === 'stop'),
      ...(isManaged(settings) ? { stopDistance: stopDistanceIn(step.intents) } : {}),
      barOpenTimeMs: first === undefined ? null : first.createdAtMs - settings.barIntervalMs,
      nowMs: first?.createdAtMs ?? 0,
      lastPrice: first?.referencePrice === undefined ? null : toDecimal(first.referencePrice),
      ...(await factsAfterWaiting(parts, session, settings, first)),
      ...now.facts,
      correlationGroup: await sessionGroup(parts, settings, first),
      origin: 'session',
    },
    ...now.record,
    surroundings: {
      direction: settings.direction,
      limits: await parts.sessions.limitsOf(session),
      desk: parts.desk,
      compliance: parts.compliance,
      tradingMode: settings.tradingMode,
      barIntervalMs: settings.barIntervalMs,
      quarantined: now.quarantined(await parts.quarantined(settings.symbols, settings.barIntervalMs)),
      ...now.ages,
    },
    halt: await haltOf(parts, input.accountId, settings.venue ?? 'paper'),
    killFile: parts.killFile(),
    desk: parts.desk,
    venue: settings.venue ?? 'paper',
    reasoning: null,
    epoch: input.epoch,
    decision: null,
  };
}

/** Leverage above 1 has a budget in real time, and where a session in virtual time is managed. */
const isManaged = ({ leverage, tradingMode }: Pick<StrategySessionInput, 'leverage' | 'tradingMode'>): boolean =>
  leverage !== undefined || isRealTime(tradingMode);

async function manualRequest(
  parts: OrderRequestParts,
  step: OrderStep,
  input: ManualOrderInput,
): Promise<OrderRequest> {
  const { manual: plan } = step;
  if (plan === null) throw new Error('an order by hand comes with its plan');
  const account = await parts.readAccount(input.accountId);
  if (account === undefined) throw unknownAccount(input.accountId);
  const now = await orderTime(parts, input.market, step.intents[0]);
  return {
    workflowId: step.workflowId,
    sessionId: null,
    decisionId: step.decisionId,
    intents: step.intents,
    facts: {
      confidence: null,
      hasStop: step.intents.some((one) => one.leg === 'stop'),
      ...(isRealTime(account.tradingMode) ? { stopDistance: stopDistanceIn(step.intents) } : {}),
      barOpenTimeMs: plan.barOpenTimeMs,
      nowMs: plan.decision.asOfMs,
      lastPrice: toDecimal(plan.lastPrice),
      ...now.facts,
      correlationGroup: await heldGroup(parts, input, plan.decision.asOfMs),
      origin: input.origin,
    },
    inputs: { ...now.record.inputs, ...(plan.openKey === undefined ? {} : { openKey: plan.openKey }) },
    surroundings: {
      direction: 'longShort',
      limits: sessionLimitsSchema.parse({}),
      desk: parts.desk,
      compliance: parts.compliance,
      tradingMode: account.tradingMode,
      barIntervalMs: input.barIntervalMs,
      quarantined: now.quarantined(await parts.quarantined([input.symbol], input.barIntervalMs)),
      ...(parts.tradesNow(account.venue) ? { agesAtMs: parts.nowMs() } : {}),
      ...now.ages,
    },
    halt: await haltOf(parts, input.accountId, account.venue),
    policy: await policyOf(parts, step, input, account.tradingMode),
    killFile: parts.killFile(),
    desk: parts.desk,
    venue: account.venue,
    reasoning: input.reasoning,
    epoch: null,
    decision: plan.decision,
  };
}

/** The policy on orders that a model starts. An order by hand is a person's own decision and passes. */
async function policyOf(
  parts: OrderRequestParts,
  { manual, intents: [first] }: OrderStep,
  input: ManualOrderInput,
  tradingMode: TradingMode,
): Promise<GateReason | null> {
  if (input.origin !== 'ai' || manual === null) return null;
  const { sizeFraction } = manual.decision;
  const tradesBefore = await parts.marketsTraded(input.accountId, MANUAL_STRATEGY_ID);
  return judgeAiOrder({ input, tradingMode, sizeFraction, first, tradesBefore }, parts.models);
}

async function haltOf(parts: OrderRequestParts, accountId: string, venue: string): Promise<string | null> {
  if (venue === 'paper') return null;
  return parts.venues.has(venue)
    ? parts.unreconciled(accountId, venue)
    : `venue ${venue} is not configured on this desk`;
}

const unknownSession = (sessionId: string): InvalidInput =>
  new InvalidInput([problem('SESSION_UNKNOWN', 'sessionId', sessionId, 'a session of this desk')]);
