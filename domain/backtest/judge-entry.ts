/**
 * The policy about one planned entry of a session: who proposes it, how far a model may go, whether a person is asked.
 * Exits and protective legs are less risk and never pass here; analysis mode is the gate's to refuse. Pure.
 */
import type { Verdict } from '../../schemas/decision.ts';
import type { AnswerOf } from '../../schemas/llm/contracts/index.ts';
import { MODEL_STRATEGY_TYPE } from '../../schemas/signals.ts';
import { decimalText, roundMoney } from '../decimal.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import { authorityFor, reaches } from '../llm/authority.ts';
import { judgeProposal, type PolicyVerdict } from '../llm/policy.ts';
import { rulesAnswer } from '../llm/rules-advisor.ts';
import { accountView } from './account-view.ts';
import type { OrderPlan } from './propose-orders.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** Null where nothing is opened. */
export function judgeEntry(state: WalkState, plan: OrderPlan | null, context: WalkContext): PolicyVerdict | null {
  const entry = plan?.intents.find((one) => one.leg === 'entry');
  if (plan === null || entry === undefined || context.tradingMode === 'analysis') return null;
  const { strategy, strategyId, entryTerms, symbols: symbolsOffered, tradingMode } = context;
  const { asked, approval, governed } = entryTerms;
  return judgeProposal(
    {
      symbol: entry.symbol,
      proposedBy: strategy.type === MODEL_STRATEGY_TYPE ? 'model' : 'vote',
      asked,
      tradingMode,
      strategyType: strategy.type,
      reduceOnly: entry.reduceOnly,
      sizeFraction: plan.sizeFraction,
      leverage: entry.leverage,
      tradesBefore: state.book.positions.filter((one) => one.strategyId === strategyId).length,
    },
    { symbolsOffered, approval, governed },
  );
}

/** What could go wrong with a proposal: recorded, and read by people; it loosens nothing. */
export type ProposalAssessment = {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly answer: AnswerOf<'riskAssessment'>;
  /**
   * In place of `facts.proposed` and beside them, for a model that is
   * asked too: the whole entry, and the book it joins.
   */
  readonly shown: Readonly<Record<string, unknown>>;
};

/** Of every entry that a model of authority `propose` or more begins, by the rules; null for all others. */
export function assessEntry(
  state: WalkState,
  plan: OrderPlan | null,
  { strategy, tradingMode, entryTerms: { asked, governed } }: WalkContext,
  features: () => MarketFeatures,
): ProposalAssessment | null {
  const entry = plan?.intents.find((one) => one.leg === 'entry');
  if (plan === null || entry === undefined || strategy.type !== MODEL_STRATEGY_TYPE) return null;
  const { authorityMax } = governed;
  if (!reaches(authorityFor({ asked, tradingMode, strategyType: strategy.type, authorityMax }), 'propose')) return null;
  const { symbol, side, quantity, leverage } = entry;
  const known = features();
  const { sizeFraction, stopPrice, targetPrice } = plan;
  const proposed = { side, quantity, sizeFraction, stopPrice };
  return {
    facts: { proposed, features: known },
    answer: rulesAnswer('riskAssessment', { symbol, features: known }),
    shown: { proposed: { ...proposed, targetPrice, leverage }, book: bookShown(state) },
  };
}

/** Quantities are signed; what others hold on the account is in it. */
function bookShown(state: WalkState): Readonly<Record<string, unknown>> {
  const { equity, positions } = accountView(state);
  return {
    equityUsd: decimalText(roundMoney(equity)),
    positions: positions.map(({ symbol, quantity, markPrice }) => ({
      symbol,
      quantity: decimalText(quantity),
      price: decimalText(markPrice),
    })),
  };
}

/**
 * The gate's verdict with the policy's denial in front. A review changes
 * nothing: it is asked of what the gate approves.
 */
export function withPolicy(verdict: Verdict, policy: PolicyVerdict | null): Verdict {
  if (policy?.verdict !== 'deny') return verdict;
  return { approved: false, reasons: [{ rule: policyRule(policy), message: policy.message }, ...verdict.reasons] };
}

/** How a rule of the policy is named among those of the gate. */
export const policyRule = ({ rule }: Pick<PolicyVerdict, 'rule'>): string => `policy:${rule}`;
