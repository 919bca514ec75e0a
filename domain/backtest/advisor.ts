/**
 * What a session's advisor is asked at the close of a bar, and what it answers with. The rules provider answers in the
 * step itself; a model behind a network has answered before the bar is walked, or the walk waits for it.
 */
import type { Side } from '../../schemas/decision.ts';
import type { Advice } from '../../schemas/llm/contracts/advice.ts';
import type { LlmAnswer, ProposedEntry } from '../decision/llm-slot.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import { rulesAnswer } from '../llm/rules-advisor.ts';

/** `proposed` null: nobody has proposed anything, the model is to. `portfolioPnl` in USD, realised. */
export type AdviceFacts = {
  readonly proposed: ProposedEntry | null;
  readonly features: MarketFeatures;
  readonly portfolioPnl: number;
};

/** A question that was put, and the answer of a provider whose call is still to be recorded. */
export type AdviceCall = {
  readonly symbol: string;
  readonly asOfMs: number;
  readonly facts: AdviceFacts;
  readonly advice: Advice | null;
};

/** Answers at once, or says that the answer is awaited. */
export type Advisor = (call: AdviceCall) => LlmAnswer<AdviceCall>;

/** The provider `rules`: no key, no network, no cost, the same answer every time. */
export const rulesAdvisor: Advisor = (call) => {
  const { symbol, facts } = call;
  const advice = rulesAnswer('advice', { symbol, features: facts.features });
  return { ...voteOf(advice), call: { ...call, advice } };
};

const SIDES = { buy: 1, hold: 0, sell: -1 } as const satisfies Record<Advice['action'], Side>;

/** The vote of an advice, with its rationale and warnings as reasons. */
export const voteOf = ({ action, confidence, rationale, warnings }: Advice) => ({
  kind: 'vote' as const,
  side: SIDES[action],
  confidence,
  reasons: [rationale, ...warnings],
});
