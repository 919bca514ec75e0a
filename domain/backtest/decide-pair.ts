/**
 * The decisions of a strategy of two legs at one instant: one a symbol, made together. Both legs open or neither, both
 * close or neither; each keeps its own decision, orders and verdict, and the two carry one group id.
 */
import { advanceSession, type Proposal } from '../decision/advance-session.ts';
import { valueAt } from '../signals/strategy.ts';
import { type Decided, decidedOf } from './decided.ts';
import { decisionMoment, isAtWork, type ProposedMoment, stepOf } from './decision-moment.ts';
import { judgeEntry } from './judge-entry.ts';
import { type JudgedLeg, judgeLeg, judgePair, type PlannedLeg } from './judge-pair.ts';
import { type LoneLeg, loneLeg } from './lone-leg.ts';
import { planPairEntry } from './plan-pair.ts';
import { type OrderPlan, planExit } from './propose-orders.ts';
import { asAdvised, tradeAdviceAt } from './trade-advice-at.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

type LegAt = ProposedMoment & {
  readonly entryAtWork: boolean;
  readonly exitAtWork: boolean;
};

/** One decision for each symbol with a bar at instant `k`, in the session's order. */
export function decidePair(state: WalkState, k: number, context: WalkContext): Decided[] {
  const present = context.symbols.filter((symbol) => indexAt(context, symbol, k) >= 0);
  const asked = present.map((symbol, offset) => legAt(state, symbol, k, offset, context));
  const lone = loneLeg(state, context);
  if (lone !== null) {
    const legs = asked.map((leg) => withProposal(leg, unwinding(leg, lone)));
    return legs.map((leg) => decidedLeg(judgeLeg({ leg, plan: exitPlan(leg, context) }, leg.state, context), context));
  }
  const planned = planTogether(together(asked), context);
  return reviewedTogether(judgePair(planned, context).map((one) => decidedLeg(one, context)));
}

/** A person who answers for one leg answers for both: neither is sent while the other waits. */
function reviewedTogether(legs: readonly Decided[]): Decided[] {
  const review = legs.find(({ policy }) => policy?.verdict === 'review')?.policy;
  if (review === undefined) return [...legs];
  return legs.map((leg) =>
    leg.policy?.verdict === 'allow' ? { ...leg, policy: review, inputs: { ...leg.inputs, policy: review } } : leg,
  );
}

const indexAt = (context: WalkContext, symbol: string, k: number): number =>
  context.timeline.indexes.get(symbol)?.[k] ?? -1;

function legAt(before: WalkState, symbol: string, k: number, offset: number, context: WalkContext): LegAt {
  const state = { ...before, sequence: before.sequence + offset };
  const moment = decisionMoment(state, symbol, indexAt(context, symbol, k), context);
  return {
    ...moment,
    proposal: advanceSession(stepOf(moment, context)),
    entryAtWork: isAtWork('entry', symbol, state, context),
    exitAtWork: isAtWork('exit', symbol, state, context),
  };
}

type Wish = Pick<Proposal, 'action' | 'intent' | 'side' | 'exitReason' | 'noDecision'>;

const withProposal = (leg: LegAt, wish: Wish): LegAt => ({ ...leg, proposal: { ...leg.proposal, ...wish } });

const nothing = (noDecision: string | null): Wish => ({
  action: 'hold',
  intent: 'none',
  side: 0,
  exitReason: null,
  noDecision,
});

const leaving = (leg: LegAt, exitReason: Proposal['exitReason']): Wish => ({
  action: leg.position?.quantity.isPositive() ? 'sell' : 'buy',
  intent: 'exit',
  side: 0,
  exitReason,
  noDecision: null,
});

/** What has lost its partner goes; meanwhile nothing opens. */
function unwinding(leg: LegAt, lone: LoneLeg): Wish {
  if (leg.position === undefined) return nothing('UNPAIRED');
  return leg.symbol === lone.symbol && !leg.exitAtWork ? leaving(leg, 'unpaired') : nothing(null);
}

/** The two wishes made one. A symbol alone at an instant does nothing; an entry still at work is waited for. */
function together(legs: readonly LegAt[]): LegAt[] {
  const wish = jointWish(legs);
  if (wish === 'enter') return [...legs];
  const reason = legs.map((leg) => leg.proposal.noDecision).find((one) => one !== null) ?? null;
  return legs.map((leg) => {
    if (wish !== null && leg.position !== undefined && !leg.exitAtWork) return withProposal(leg, leaving(leg, wish));
    return withProposal(leg, nothing(leg.position === undefined ? reason : null));
  });
}

function jointWish(legs: readonly LegAt[]): 'enter' | NonNullable<Proposal['exitReason']> | null {
  const [first, second] = legs;
  if (first === undefined || second === undefined || legs.some((leg) => leg.entryAtWork)) return null;
  const [one, other] = [first.proposal, second.proposal];
  if (one.intent === 'enter' && other.intent === 'enter') return one.side === -other.side ? 'enter' : null;
  return one.exitReason ?? other.exitReason;
}

function planTogether(legs: readonly LegAt[], context: WalkContext): PlannedLeg<LegAt>[] {
  const [first, second] = legs;
  if (first?.proposal.intent === 'enter' && second?.proposal.intent === 'enter') {
    const ratio = valueAt(second.market.columns, 'quantityRatio', second.i);
    const advices = legs.map(({ market, i, proposal }) => tradeAdviceAt(market, i, proposal, context));
    const plans = planPairEntry(asAdvised(context, ...advices), first, second, ratio);
    return legs.map((leg, index) => ({ leg, plan: plans?.[index] ?? null }));
  }
  return legs.map((leg) => ({ leg, plan: exitPlan(leg, context) }));
}

function exitPlan({ proposal, basis, position }: LegAt, context: WalkContext): OrderPlan | null {
  if (proposal.intent !== 'exit' || position === undefined) return null;
  return planExit(context, basis, position, proposal.exitReason ?? 'signal');
}

function decidedLeg({ leg, plan, verdict }: JudgedLeg<LegAt>, context: WalkContext): Decided {
  const { proposal, market, i, state } = leg;
  const decided = decidedOf(leg, { plan, verdict }, context);
  const groupId = plan?.intents[0]?.groupId;
  const policy = judgeEntry(state, plan, context);
  const judged = policy === null ? {} : { policy };
  const advice = tradeAdviceAt(market, i, proposal, context);
  const learnt = advice === null ? {} : { shouldTrade: advice };
  const pair = plan === null ? {} : { pair: pairFigures(market, i), ...judged, ...learnt };
  return {
    ...decided,
    decision: groupId === undefined ? decided.decision : { ...decided.decision, groupId },
    inputs: { ...decided.inputs, ...pair },
    ...judged,
  };
}

/** The strategy's own columns at the bar: hedge ratio, test and z, or the edge and what it was taken from. */
function pairFigures({ columns }: SymbolMarket, i: number): Readonly<Record<string, number>> {
  const known = Object.entries(columns).map(([name, values]) => [name, values[i] ?? Number.NaN] as const);
  return Object.fromEntries(known.filter(([, value]) => Number.isFinite(value)));
}
