/** A decision as it is kept: its record, the orders that may go out, and what it was made from. */
import type { Decision, Verdict } from '../../schemas/decision.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import type { Proposal } from '../decision/advance-session.ts';
import { orderHashOf } from '../execution/identity.ts';
import { marketFeatures, regimeAt } from '../features/market-features.ts';
import type { PolicyVerdict } from '../llm/policy.ts';
import type { AdviceCall } from './advisor.ts';
import type { ProposedMoment } from './decision-moment.ts';
import type { ProposalAssessment } from './judge-entry.ts';
import type { OrderPlan } from './propose-orders.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';
import type { EntryContext } from './walk-state.ts';

/** A decision with its orders (empty unless it trades) and what it was made from. */
export type Decided = {
  readonly decision: Decision;
  readonly intents: readonly OrderIntent[];
  readonly signalled: boolean;
  readonly entry: EntryContext | null;
  readonly inputs: Readonly<Record<string, unknown>>;
  /**
   * What the policy says about an entry. Where it asks for a review, the orders wait for a person; absent: no entry.
   */
  readonly policy?: PolicyVerdict;
  /** The assessment of an entry that a model proposes. */
  readonly assessment?: ProposalAssessment;
  /** The question that was put to the session's advisor; absent where none was. */
  readonly call?: AdviceCall;
  /** The answer is still awaited: this is no decision yet. */
  readonly awaited?: true;
};

type Judged = { readonly plan: OrderPlan | null; readonly verdict: Verdict | null };

/** Analysis mode decides everything and sends nothing. */
export function decidedOf(asked: ProposedMoment, { plan, verdict }: Judged, context: WalkContext): Decided {
  const { proposal, market, i } = asked;
  const trades = plan !== null && verdict?.approved === true;
  return {
    decision: decisionOf(asked, { plan, verdict }, context),
    intents: trades && context.tradingMode !== 'analysis' ? plan.intents : [],
    signalled: proposal.signalled,
    entry: trades && proposal.intent === 'enter' ? entryContext(market, i) : null,
    inputs: inputsOf(market, i, plan !== null),
  };
}

function decisionOf(asked: ProposedMoment, { plan, verdict }: Judged, context: WalkContext): Decision {
  const { state, basis, proposal } = asked;
  const { combination } = proposal;
  const noDecision = noDecisionOf(proposal, plan);
  const sizeFraction = plan?.sizeFraction ?? 0;
  return {
    decisionId: basis.decisionId,
    sequence: state.sequence,
    symbol: basis.symbol,
    asOfMs: basis.asOfMs,
    action: noDecision === null ? proposal.action : 'hold',
    targetFraction: targetFractionOf(asked, sizeFraction),
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

/** A trade that was proposed, and whose size came to nothing, is no decision either. */
const noDecisionOf = ({ noDecision, intent }: Proposal, plan: OrderPlan | null): string | null =>
  noDecision ?? (intent !== 'none' && plan === null ? 'SIZE_ZERO' : null);

/** Signed share of equity after the trade; a hold keeps the share that is held. */
function targetFractionOf({ proposal, position, basis: { close, equity } }: ProposedMoment, size: number): number {
  if (proposal.intent === 'enter') return proposal.side * size;
  if (proposal.intent === 'exit' || position === undefined || !equity.gt(0)) return 0;
  const held = position.quantity.times(close).div(equity).toDecimalPlaces(6).toNumber();
  return Math.max(-1, Math.min(1, held));
}

const entryContext = (market: SymbolMarket, i: number): EntryContext => ({
  features: marketFeatures(market.features, i),
  regime: regimeAt(market.features, i).label,
});

/** Decisions that trade keep every feature; the others what a reader needs to recompute them: bar, close, regime. */
function inputsOf(market: SymbolMarket, i: number, trades: boolean): Readonly<Record<string, unknown>> {
  if (trades) return { barIndex: i, ...marketFeatures(market.features, i) };
  return { barIndex: i, close: market.bars.close[i], regime: regimeAt(market.features, i).label };
}
