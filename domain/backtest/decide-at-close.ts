/**
 * One symbol's decision at the close of its bar: the step's proposal, its size and orders, the gate's verdict.
 * The gate refuses, it never clamps; a refused decision is recorded with every reason.
 */
import type { Decision, Verdict } from '../../schemas/decision.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { type Decimal, toDecimal } from '../decimal.ts';
import { advanceSession, type Proposal, type SessionStep } from '../decision/advance-session.ts';
import type { EntryBy } from '../decision/llm-slot.ts';
import { type BookPosition, positionOf } from '../execution/book.ts';
import { decisionIdOf, orderHashOf } from '../execution/identity.ts';
import { DUST_VALUE } from '../execution/venue-sizing.ts';
import { atrAt, marketFeatures, regimeAt } from '../features/market-features.ts';
import type { PolicyVerdict } from '../llm/policy.ts';
import { correlationGroup } from '../market/correlation.ts';
import { gate } from '../risk/gate.ts';
import type { AdviceCall } from './advisor.ts';
import { agentVoteAt } from './agent-vote-at.ts';
import { gateInputOf, stopDistanceIn } from './gate-input-of.ts';
import { assessEntry, judgeEntry, type ProposalAssessment, withPolicy } from './judge-entry.ts';
import { type LeverageNote, planManaged, watchPosition, withForced } from './leverage-at.ts';
import { llmSlotAt } from './llm-slot-at.ts';
import { onlineVoiceAt } from './online-voice-at.ts';
import { type OrderBasis, type OrderPlan, planEntry, planExit } from './propose-orders.ts';
import { asAdvised, tradeAdviceAt, withAdvice } from './trade-advice-at.ts';
import { marketOf, type SymbolMarket, type WalkContext } from './walk-context.ts';
import type { EntryContext, WalkState } from './walk-state.ts';

/** A decision with its orders (empty unless it trades) and what it was made from. */
export type Decided = {
  readonly decision: Decision;
  readonly intents: readonly OrderIntent[];
  readonly signalled: boolean;
  readonly entry: EntryContext | null;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the policy says about an entry. Where it asks for a review, the orders wait for a person; absent: no entry. */
  readonly policy?: PolicyVerdict;
  /** What could go wrong with an entry that a model proposes. */
  readonly assessment?: ProposalAssessment;
  /** The question that was put to the session's advisor; absent where none was. */
  readonly call?: AdviceCall;
  /** The answer has not come: this is no decision yet. */
  readonly awaited?: true;
};

export function decideAtClose(state: WalkState, symbol: string, i: number, context: WalkContext): Decided {
  const market = marketOf(context, symbol);
  const position = heldPosition(state, symbol, context);
  const step = stepOf(state, symbol, i, context, market, position);
  const agent = agentVoteAt(market, i, position, step.position.barsHeld, context);
  const watched = watchPosition(state, position, context);
  const proposal = withForced(
    advanceSession({ ...step, agent, llm: llmSlotAt(state, market, i, context), entryBy: entryByOf(context) }),
    watched,
    position,
  );
  const basis = basisOf(state, symbol, i, context, market);
  const advice = tradeAdviceAt(market, i, proposal, context);
  const { plan, note } = planOf(state, proposal, basis, { position, market, i }, asAdvised(context, advice));
  const leverage = note ?? watched?.note ?? null;
  const noDecision = proposal.noDecision ?? (proposal.intent !== 'none' && plan === null ? 'SIZE_ZERO' : null);
  const verdict = plan === null ? null : verdictOf(state, plan, proposal, basis, market, i, context);
  const policy = judgeEntry(state, plan, context);
  const assessment = assessEntry(plan, context, () => marketFeatures(market.features, i));
  const trades = plan !== null && verdict?.approved === true;
  return {
    decision: decisionOf(state, proposal, basis, plan, verdict, noDecision, position, context),
    intents: trades && context.tradingMode !== 'analysis' ? plan.intents : [],
    signalled: proposal.signalled,
    entry: trades && proposal.intent === 'enter' ? entryContext(market, i) : null,
    inputs: {
      ...inputsOf(market, i, plan !== null),
      ...(agent === undefined ? {} : { agentWeights: market.agent?.seat.weightsHash }),
      ...(policy === null ? {} : { policy }),
      ...(leverage === null ? {} : { leverage }),
      ...(advice === null ? {} : { shouldTrade: advice }),
    },
    ...(policy === null ? {} : { policy }),
    ...(assessment === null ? {} : { assessment }),
    ...(proposal.call === null ? {} : { call: proposal.call }),
    ...(proposal.awaited ? { awaited: true as const } : {}),
  };
}

/** In `hybrid` no voice opens a trade alone once the model votes; in `aiDiscretionary` the model proposes. */
const entryByOf = ({ strategy: { type } }: WalkContext): EntryBy =>
  type === 'aiDiscretionary' ? 'model' : type === 'hybrid' ? 'twoVoices' : 'vote';

/** At a network venue the rest of a coin that no order can close, because fees were taken of it, is no position. */
export function heldPosition(state: WalkState, symbol: string, context: WalkContext): BookPosition | undefined {
  const position = positionOf(state.book, context.strategyId, symbol);
  if (position === undefined || position.quantity.isZero()) return undefined;
  const isDust = context.venue !== 'paper' && position.quantity.abs().times(position.markPrice).lt(DUST_VALUE);
  return isDust ? undefined : position;
}

/** The step without an advisor: a leg of a pair is no view on its own symbol, so none is asked about it. */
export function stepOf(
  state: WalkState,
  symbol: string,
  i: number,
  context: WalkContext,
  market: SymbolMarket,
  position: BookPosition | undefined,
): SessionStep {
  return {
    i,
    bars: market.bars,
    columns: market.columns,
    rules: market.rules,
    parameters: market.parameters,
    ...(market.evolved === undefined ? {} : { evolved: market.evolved }),
    online: onlineVoiceAt(market, i, context),
    components: context.components,
    weights: context.weights,
    direction: context.direction,
    position: {
      side: position === undefined ? 0 : position.quantity.isPositive() ? 1 : -1,
      barsHeld: position === undefined ? 0 : barsSince(market, i, position.openedAtMs),
    },
    orderAtWork:
      isAwaitingApproval(context, symbol) ||
      state.book.orders.some((order) => order.symbol === symbol && (order.leg === 'entry' || order.leg === 'exit')),
    maxHoldBars: context.strategy.maxHoldBars,
  };
}

/** An entry that waits for a person is as good as at work: a second one is not proposed beside it. */
export const isAwaitingApproval = ({ awaitingApproval = [] }: WalkContext, symbol: string): boolean =>
  awaitingApproval.includes(symbol);

/** Bars closed since the entry's bar opened, that bar included. */
function barsSince(market: SymbolMarket, i: number, openedAtMs: number | null): number {
  const { openTimeMs } = market.bars;
  let count = 0;
  for (let j = i; j >= 0 && openedAtMs !== null && (openTimeMs[j] as number) >= openedAtMs; j -= 1) count += 1;
  return count;
}

export function basisOf(
  state: WalkState,
  symbol: string,
  i: number,
  context: WalkContext,
  market: SymbolMarket,
): OrderBasis {
  const { bars, features } = market;
  const atr = atrAt(features, i);
  return {
    decisionId: decisionIdOf(context.accountId, context.workflowId, state.sequence),
    symbol,
    asOfMs: (bars.openTimeMs[i] as number) + bars.intervalMs,
    close: toDecimal(bars.close[i] as number),
    atr: atr === null ? null : toDecimal(atr),
    equity: state.equity,
  };
}

type Planned = { readonly plan: OrderPlan | null; readonly note: LeverageNote | null };
type PlanAt = {
  readonly position: BookPosition | undefined;
  readonly market: SymbolMarket;
  readonly i: number;
};

function planOf(state: WalkState, proposal: Proposal, basis: OrderBasis, at: PlanAt, context: WalkContext): Planned {
  const { position } = at;
  if (proposal.intent === 'enter') {
    if (context.leverage !== undefined) return planManaged(state, proposal, basis, at, context);
    return { plan: planEntry(context, proposal, basis), note: null };
  }
  if (proposal.intent !== 'exit' || position === undefined) return { plan: null, note: null };
  return { plan: planExit(context, basis, position, proposal.exitReason ?? 'signal'), note: null };
}

export function verdictOf(
  state: WalkState,
  plan: OrderPlan,
  proposal: Proposal,
  basis: OrderBasis,
  market: SymbolMarket,
  i: number,
  context: WalkContext,
): Verdict | null {
  const [first] = plan.intents;
  if (first === undefined) return null;
  const facts = {
    confidence: proposal.combination.confidence,
    hasStop: plan.intents.some((one) => one.leg === 'stop'),
    ...(context.leverage === undefined ? {} : { stopDistance: stopDistanceIn(plan.intents) }),
    barOpenTimeMs: market.bars.openTimeMs[i] as number,
    nowMs: basis.asOfMs,
    lastPrice: basis.close,
    correlationGroup: first.reduceOnly ? [] : groupOf(basis, context),
    origin: 'session' as const,
  };
  const verdict = gate(gateInputOf(state, first, facts, { ...context, barIntervalMs: market.bars.intervalMs }));
  return withAdvice(withPolicy(verdict, judgeEntry(state, plan, context)), tradeAdviceAt(market, i, proposal, context));
}

const groupOf = ({ symbol, asOfMs }: OrderBasis, context: WalkContext): readonly string[] =>
  context.symbols.length === 1
    ? [symbol]
    : correlationGroup(
        symbol,
        context.symbols.map((one) => marketOf(context, one).bars),
        asOfMs,
      );

export function decisionOf(
  state: WalkState,
  proposal: Proposal,
  basis: OrderBasis,
  plan: OrderPlan | null,
  verdict: Verdict | null,
  noDecision: string | null,
  position: BookPosition | undefined,
  context: WalkContext,
): Decision {
  const { combination } = proposal;
  const sizeFraction = plan?.sizeFraction ?? 0;
  return {
    decisionId: basis.decisionId,
    sequence: state.sequence,
    symbol: basis.symbol,
    asOfMs: basis.asOfMs,
    action: noDecision === null ? proposal.action : 'hold',
    targetFraction: targetFractionOf(proposal, sizeFraction, position, basis.close, state.equity),
    confidence: combination.confidence,
    sizeFraction,
    stopPrice: plan?.stopPrice ?? null,
    targetPrice: plan?.targetPrice ?? null,
    coverage: combination.coverage,
    agreement: combination.agreement,
    contributions: [...proposal.contributions],
    noDecision,
    verdict,
    policyVersion: context.policy.version,
    orderHash: plan === null ? null : orderHashOf(plan.intents),
    repeated: false,
  };
}

/** Signed share of equity after the trade; a hold keeps the share that is held. */
function targetFractionOf(
  proposal: Proposal,
  sizeFraction: number,
  position: BookPosition | undefined,
  close: Decimal,
  equity: Decimal,
): number {
  if (proposal.intent === 'enter') return proposal.side * sizeFraction;
  if (proposal.intent === 'exit' || position === undefined || !equity.gt(0)) return 0;
  const held = position.quantity.times(close).div(equity).toDecimalPlaces(6).toNumber();
  return Math.max(-1, Math.min(1, held));
}

export const entryContext = (market: SymbolMarket, i: number): EntryContext => ({
  features: marketFeatures(market.features, i),
  regime: regimeAt(market.features, i).label,
});

/** Decisions that trade keep every feature; the others what a reader needs to recompute them: bar, close, regime. */
export function inputsOf(market: SymbolMarket, i: number, trades: boolean): Readonly<Record<string, unknown>> {
  if (trades) return { barIndex: i, ...marketFeatures(market.features, i) };
  return { barIndex: i, close: market.bars.close[i], regime: regimeAt(market.features, i).label };
}
