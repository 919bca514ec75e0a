/** What stands against the first order of a plan: the gate's rules, then the policy, then what was learnt. */
import type { Verdict } from '../../schemas/decision.ts';
import { correlationGroup } from '../market/correlation.ts';
import { gate } from '../risk/gate.ts';
import type { ProposedMoment } from './decision-moment.ts';
import { gateInputOf, stopDistanceIn } from './gate-input-of.ts';
import { judgeEntry, withPolicy } from './judge-entry.ts';
import type { OrderBasis, OrderPlan } from './propose-orders.ts';
import { tradeAdviceAt, withAdvice } from './trade-advice-at.ts';
import { marketOf, type WalkContext } from './walk-context.ts';

/** Null for a plan without orders. */
export function verdictOf(
  { state, proposal, basis, market, i }: ProposedMoment,
  plan: OrderPlan,
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
