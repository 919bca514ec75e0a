/**
 * Everything that moves an order. Each activity may be repeated: decisions, intents and orders are known by ids that
 * derive from the workflow id, and a step that was done is found done.
 */

import type { Broker, BrokerAnswer, Quote } from '../adapters/broker/broker.ts';
import type { MarketData } from '../adapters/market-data/market-data.ts';
import type { OrderRequest, OrderStore } from '../db/order-store.ts';
import type { PaperBroker } from '../db/paper-broker.ts';
import type { SessionStore } from '../db/session-store.ts';
import { stopDistanceIn } from '../domain/backtest/gate-input-of.ts';
import { toDecimal } from '../domain/decimal.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import { correlationGroup } from '../domain/market/correlation.ts';
import type { GateReason, Verdict } from '../schemas/decision.ts';
import { costsSchema, type Order, type OrderIntent } from '../schemas/execution.ts';
import { isRealTime, type ModelGovernance, type TradingMode } from '../schemas/governance.ts';
import { followsMarket, isVendorSource } from '../schemas/live-market.ts';
import type { ManualOrderInput, SessionOrderInput } from '../schemas/order-execution.ts';
import type { OrderInput } from '../schemas/order-input.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { type Compliance, type DeskLimits, sessionLimitsSchema } from '../schemas/risk.ts';
import { type StrategySessionInput, strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { finalOnInvalidInput } from './failure.ts';
import type { FeedParts } from './market/catch-up.ts';
import { quoteNow } from './market/live-quote.ts';
import { newestBars } from './market/live-series.ts';
import { factsAfterWaiting } from './order/after-waiting.ts';
import { judgeAiOrder } from './order/judge-ai-order.ts';
import { orderTime, storedSince } from './order/order-time.ts';
import { MANUAL_STRATEGY_ID, type ManualPlan, planManualOrder } from './order/plan-manual-order.ts';
import { unattendedBars } from './order/unattended-bars.ts';

export type ExecutionParts = {
  readonly orders: OrderStore;
  readonly sessions: SessionStore;
  readonly paper: PaperBroker;
  /** The network venues of this desk, by name. */
  readonly venues: ReadonlyMap<string, Broker>;
  readonly readAccount: (accountId: string) => Promise<{ venue: string; tradingMode: TradingMode } | undefined>;
  /** Makes sure that books and venue have been compared since this worker began; else the reason why not. */
  readonly unreconciled: (accountId: string, venue: string) => Promise<string | null>;
  readonly market: MarketData;
  /** Where bars and quotes of a vendor come from at order time. */
  readonly feed: FeedParts;
  readonly desk: DeskLimits;
  readonly compliance: Compliance;
  readonly models: ModelGovernance;
  /** Whether a person was asked about a decision. */
  readonly hasWaited: (decisionId: string) => Promise<boolean>;
  /** How many markets a strategy has traded on an account. */
  readonly marketsTraded: (accountId: string, strategyId: string) => Promise<number>;
  readonly readBook: (
    accountId: string,
    strategyId: string,
    symbol: string,
  ) => Promise<{ equity: string; held: string; isProtected: boolean } | undefined>;
  readonly heldSymbols: (accountId: string) => Promise<readonly string[]>;
  readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
  readonly killFile: () => string | null;
  readonly isWorkflowOpen: (workflowId: string) => Promise<boolean>;
  readonly nowMs: () => number;
};

/**
 * What is to be sent; `manual` = the facts an order by hand was worked out on, null for a session's. `openKey`: the
 * workflow's first run, the same through a reset.
 */
export type OrderPlan = {
  readonly decisionId: string;
  readonly intents: readonly OrderIntent[];
  readonly manual: (Omit<ManualPlan, 'intents'> & { readonly openKey?: string }) | null;
};

export type Proposal = { readonly input: ManualOrderInput; readonly workflowId: string; readonly openKey?: string };

/** A decision and its orders on their way. */
export type OrderStep = {
  readonly input: OrderInput;
  readonly workflowId: string;
} & OrderPlan;

export type ExecutionActivities = ReturnType<typeof createExecutionActivities>;

export const createExecutionActivities = (parts: ExecutionParts) => ({
  /**
   * Works out an order by hand on the last stored bar; one that this workflow has recorded before, as before it was
   * reset, is told as it was recorded. @throws InvalidInput (final) DATA_EMPTY, ACCOUNT_UNKNOWN, ORDER_SIZE,
   * ORDER_PARTIAL_EXIT
   */
  proposeOrder: (request: Proposal): Promise<OrderPlan> =>
    finalOnInvalidInput(async () => {
      const { intents, ...plan } = (await recordedPlan(parts, request)) ?? (await manualPlan(parts, request));
      const manual = request.openKey === undefined ? plan : { ...plan, openKey: request.openKey };
      return { decisionId: plan.decision.decisionId, intents, manual };
    }),

  /** The gate's first answer, on the proposal. A refusal is recorded with every reason. */
  checkRisk: (step: OrderStep): Promise<Verdict> =>
    finalOnInvalidInput(async () => parts.orders.check(await orderRequest(parts, step))),

  /** The gate's second answer, in the transaction that records the intents under the account's lock. */
  recordIntent: (step: OrderStep): Promise<Verdict> =>
    finalOnInvalidInput(async () => parts.orders.record(await orderRequest(parts, step))),

  /** Sends the recorded orders, once. A refusal of the venue, or of a kill flag that came since, is in the answer. */
  submitOrders: (step: OrderStep): Promise<BrokerAnswer> =>
    finalOnInvalidInput(async () => {
      const broker = await brokerOf(parts, step.decisionId);
      return broker.submit(step.decisionId, broker === parts.paper ? await quoteFor(parts, step.input) : null);
    }),

  /** Looks what became of the orders; orders that no session walks are walked over the bars that came since. */
  workOrders: (request: { input: OrderInput; decisionId: string }): Promise<readonly Order[]> =>
    finalOnInvalidInput(async () => {
      const { decisionId } = request;
      const broker = await brokerOf(parts, decisionId);
      if (broker !== parts.paper) return (await broker.look(decisionId)).own;
      const work = await unattendedBars(parts, request.input, decisionId);
      const answer =
        work === null ? parts.paper.look(decisionId) : parts.paper.advance(decisionId, work.bars, work.costs);
      return (await answer).own;
    }),

  /** Cancels entries and exits still at work. */
  cancelOrders: (request: { input: OrderInput; decisionId: string; reason: string }): Promise<readonly Order[]> =>
    finalOnInvalidInput(async () => {
      const broker = await brokerOf(parts, request.decisionId);
      return (await broker.cancel(request.decisionId, request.reason)).own;
    }),
});

function barsFor(parts: ExecutionParts, input: ManualOrderInput): Promise<BarSeries> {
  const { market: source, symbol, barIntervalMs: intervalMs } = input;
  if (isVendorSource(source)) return newestBars(parts.feed, { source, symbol, intervalMs });
  return parts.market.load({ source, symbol, intervalMs, seed: 1 });
}

/** Null when nothing of this workflow is recorded yet. */
async function recordedPlan(
  parts: ExecutionParts,
  { input, workflowId, openKey }: Proposal,
): Promise<ManualPlan | null> {
  const recorded = openKey === undefined ? null : await parts.orders.recordedByHand(workflowId, openKey);
  const [first] = recorded?.intents ?? [];
  if (recorded === null || first === undefined) return null;
  const { decision, intents } = recorded;
  const barOpenTimeMs = decision.asOfMs - input.barIntervalMs;
  return { decision, intents, barOpenTimeMs, lastPrice: first.referencePrice ?? '0' };
}

async function manualPlan(parts: ExecutionParts, { input, workflowId, openKey }: Proposal): Promise<ManualPlan> {
  const bars = await barsFor(parts, input);
  const book = await parts.readBook(input.accountId, MANUAL_STRATEGY_ID, input.symbol);
  const account = await parts.readAccount(input.accountId);
  if (book === undefined || account === undefined) throw unknownAccount(input.accountId);
  if (input.venue !== undefined && input.venue !== account.venue) {
    throw new InvalidInput([problem('VENUE_MISMATCH', 'venue', input.venue, account.venue, 'leave the field out')]);
  }
  return planManualOrder(input, {
    bars,
    equity: toDecimal(book.equity),
    held: toDecimal(book.held),
    isProtected: book.isProtected,
    workflowId,
    sequence: await parts.orders.sequenceOf(workflowId, openKey ?? null),
    costs: costsSchema.parse({}),
  });
}

const orderRequest = (parts: ExecutionParts, step: OrderStep): Promise<OrderRequest> =>
  step.input.origin === 'session' ? sessionRequest(parts, step, step.input) : manualRequest(parts, step, step.input);

/** The broker that the decision's orders were recorded for. @throws Error while its venue has no key here */
async function brokerOf(parts: ExecutionParts, decisionId: string): Promise<Broker> {
  const name = await parts.orders.venueOf(decisionId);
  const broker = name === 'paper' ? parts.paper : parts.venues.get(name);
  if (broker !== undefined) return broker;
  throw new Error(`venue ${name} has no key on this worker: its orders wait`);
}

async function haltOf(parts: ExecutionParts, accountId: string, venue: string): Promise<string | null> {
  if (venue === 'paper') return null;
  return parts.venues.has(venue)
    ? parts.unreconciled(accountId, venue)
    : `venue ${venue} is not configured on this desk`;
}

async function sessionRequest(parts: ExecutionParts, step: OrderStep, input: SessionOrderInput): Promise<OrderRequest> {
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

async function manualRequest(parts: ExecutionParts, step: OrderStep, input: ManualOrderInput): Promise<OrderRequest> {
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

/** Orders by hand are a person's own word. */
async function policyOf(
  parts: ExecutionParts,
  { manual, intents: [first] }: OrderStep,
  input: ManualOrderInput,
  tradingMode: TradingMode,
): Promise<GateReason | null> {
  if (input.origin !== 'ai' || manual === null) return null;
  const { sizeFraction } = manual.decision;
  const tradesBefore = await parts.marketsTraded(input.accountId, MANUAL_STRATEGY_ID);
  return judgeAiOrder({ input, tradingMode, sizeFraction, first, tradesBefore }, parts.models);
}

/** Among the symbols of the order's own session. */
async function sessionGroup(
  parts: ExecutionParts,
  settings: StrategySessionInput,
  first: OrderIntent | undefined,
): Promise<string[]> {
  if (first === undefined || first.reduceOnly || settings.symbols.length === 1) return [];
  const { barIntervalMs: intervalMs, seed } = settings;
  const source = followsMarket(settings) ? storedSince(first.createdAtMs) : settings.market;
  const all = await Promise.all(
    settings.symbols.map((symbol) => parts.market.load({ source, symbol, intervalMs, seed })),
  );
  return correlationGroup(first.symbol, all, first.createdAtMs);
}

/** Among the symbols that the account holds, as far as the order's own source has bars of them. */
async function heldGroup(parts: ExecutionParts, input: ManualOrderInput, asOfMs: number): Promise<string[]> {
  const held = (await parts.heldSymbols(input.accountId)).filter((symbol) => symbol !== input.symbol);
  const series = await Promise.all(
    [input.symbol, ...held].map((symbol) => barsFor(parts, { ...input, symbol }).catch(() => null)),
  );
  return correlationGroup(
    input.symbol,
    series.filter((one) => one !== null),
    asOfMs,
  );
}

/** Orders by hand trade at the last close, or at the quote of a live market, at once; a session's wait for its next bar. */
async function quoteFor(parts: ExecutionParts, input: OrderInput): Promise<Quote | null> {
  if (input.origin === 'session' || input.orderType !== 'market') return null;
  const bars = await barsFor(parts, input);
  const last = bars.openTimeMs.length - 1;
  const volume = bars.volume[last] as number;
  const closedAtMs = (bars.openTimeMs[last] as number) + bars.intervalMs;
  const { market: source, symbol, side } = input;
  if (!isVendorSource(source)) return { price: bars.close[last] as number, volume, atMs: closedAtMs };
  const { quote, problems } = await quoteNow(parts.feed, { source, symbol, ageMaxMs: parts.desk.quoteAgeMaxMs });
  if (quote === null || problems.length > 0) return null;
  const price = Number(side === 'buy' ? quote.ask : quote.bid);
  return { price, volume, atMs: Math.max(quote.atMs, closedAtMs) };
}

const unknownAccount = (accountId: string): InvalidInput =>
  new InvalidInput([problem('ACCOUNT_UNKNOWN', 'accountId', accountId, 'an account of this desk, such as paper-1')]);

const unknownSession = (sessionId: string): InvalidInput =>
  new InvalidInput([problem('SESSION_UNKNOWN', 'sessionId', sessionId, 'a session of this desk')]);
