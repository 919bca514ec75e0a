/**
 * The policy on an order that a model or a tool starts by itself (origin `ai`): it may propose, no more. Where a person
 * would have to be asked it is refused, because there is nobody to ask here; the person can send it by hand.
 */
import { policyRule } from '../../domain/backtest/judge-entry.ts';
import { judgeProposal } from '../../domain/llm/policy.ts';
import type { GateReason } from '../../schemas/decision.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import type { ModelGovernance, TradingMode } from '../../schemas/governance.ts';
import type { ManualOrderInput } from '../../schemas/order-execution.ts';

export type AiOrder = {
  readonly input: ManualOrderInput;
  readonly tradingMode: TradingMode;
  readonly sizeFraction: number;
  readonly first: OrderIntent | undefined;
  /** Markets that orders outside of sessions have traded on the account. */
  readonly tradesBefore: number;
};

/** Null for what the policy allows, and for orders by hand. */
export function judgeAiOrder(order: AiOrder, governed: ModelGovernance): GateReason | null {
  const { input, first, tradingMode, sizeFraction, tradesBefore } = order;
  if (input.origin !== 'ai' || first === undefined) return null;
  const verdict = judgeProposal(
    {
      ...{ symbol: first.symbol, proposedBy: 'model', asked: 'propose', tradingMode, strategyType: null },
      ...{ reduceOnly: first.reduceOnly, sizeFraction, leverage: first.leverage, tradesBefore },
    },
    { symbolsOffered: [input.symbol], approval: null, governed },
  );
  if (verdict.verdict === 'allow') return null;
  const hint = verdict.verdict === 'review' ? '; a person sends it by hand, with origin manual' : '';
  return { rule: policyRule(verdict), message: `${verdict.message}${hint}` };
}
