/**
 * The gate about the two legs of a pair: the second is asked with the
 * first on its way, and a refusal of one is of both.
 */
import type { Verdict } from '../../schemas/decision.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { toDecimal } from '../decimal.ts';
import { groupIdOf } from '../execution/identity.ts';
import { sentOrder } from '../execution/rows.ts';
import { onOrder } from '../risk/risk-state.ts';
import { entryView } from './account-view.ts';
import type { ProposedMoment } from './decision-moment.ts';
import type { OrderPlan } from './propose-orders.ts';
import { verdictOf } from './verdict-of.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export type PlannedLeg<Leg extends ProposedMoment> = { readonly leg: Leg; readonly plan: OrderPlan | null };
export type JudgedLeg<Leg extends ProposedMoment> = PlannedLeg<Leg> & { readonly verdict: Verdict | null };

/** Where both legs have orders, these get one group. Legs without orders have no verdict. */
export function judgePair<Leg extends ProposedMoment>(
  planned: readonly PlannedLeg<Leg>[],
  context: WalkContext,
): JudgedLeg<Leg>[] {
  const [first, second] = planned;
  if (first === undefined || second === undefined || first.plan === null || second.plan === null) {
    return planned.map((one) => judgeLeg(one, one.leg.state, context));
  }
  const groupId = groupIdOf(first.leg.basis.decisionId);
  const [one, other] = [inGroup(first, groupId), inGroup(second, groupId)];
  const judgedFirst = judgeLeg(one, one.leg.state, context);
  const judgedSecond = judgeLeg(other, withSent(other.leg.state, one, context), context);
  return [pairedWith(judgedFirst, judgedSecond), pairedWith(judgedSecond, judgedFirst)];
}

const inGroup = <Leg extends ProposedMoment>({ leg, plan }: PlannedLeg<Leg>, groupId: string): PlannedLeg<Leg> => ({
  leg,
  plan: plan === null ? null : { ...plan, intents: plan.intents.map((one) => ({ ...one, groupId })) },
});

/** One leg for itself, on the account as `state` has it. */
export const judgeLeg = <Leg extends ProposedMoment>(
  { leg, plan }: PlannedLeg<Leg>,
  state: WalkState,
  context: WalkContext,
): JudgedLeg<Leg> => ({
  leg,
  plan,
  verdict: plan === null ? null : verdictOf({ ...leg, state }, plan, context),
});

/** The account as it would stand with the other leg's order on its way. */
function withSent(state: WalkState, { leg, plan }: PlannedLeg<ProposedMoment>, context: WalkContext): WalkState {
  const [order] = plan?.intents ?? [];
  if (order === undefined) return state;
  const { strategyId, symbol, side, reduceOnly } = order;
  const sent = { strategyId, symbol, side, quantity: toDecimal(order.quantity), reduceOnly };
  const risk = onOrder(state.risk, sent, leg.basis.asOfMs, context.desk);
  return {
    ...state,
    risk,
    othersOrders: reduceOnly ? state.othersOrders : [...state.othersOrders, workingView(order)],
  };
}

const workingView = (intent: OrderIntent) =>
  entryView(sentOrder(intent, { sessionId: null, venue: '', simulated: false, sentAtMs: intent.createdAtMs }));

function pairedWith<Leg extends ProposedMoment>(own: JudgedLeg<Leg>, partner: JudgedLeg<Leg>): JudgedLeg<Leg> {
  if (own.verdict === null || partner.verdict === null || partner.verdict.approved) return own;
  const rules = partner.verdict.reasons.map((one) => one.rule).join(', ');
  const doing = own.leg.proposal.intent === 'enter' ? 'opened' : 'closed';
  const message = `${own.leg.symbol} is not ${doing} without ${partner.leg.symbol}, which is refused by ${rules}`;
  return {
    ...own,
    verdict: { approved: false, reasons: [...own.verdict.reasons, { rule: 'pairedLeg', message }] },
  };
}
