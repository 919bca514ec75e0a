/**
 * What a session's advisor is asked at the close of a bar, and what it answers with. The rules provider answers
 * in the step itself; a model behind a network answers later: the other symbols of the instant are decided
 * first, and its answer is read from the record.
 */
import type { Side } from '../../schemas/decision.ts';
import type { AdviceAnswer, AdviceOutcome } from '../../schemas/llm/advice-slot.ts';
import type { Advice } from '../../schemas/llm/contracts/advice.ts';
import { canonicalJson, sha256Hex } from '../canonical-json.ts';
import type { LlmAnswer, ProposedEntry } from '../decision/llm-slot.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import { rulesAnswer } from '../llm/rules-advisor.ts';

/** `proposed` null: no component has proposed an entry, so the model may. `portfolioPnl` in USD, realised. */
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

/** Whoever is behind a network: never has an answer at the close itself. */
export const awaitedAdvisor: Advisor = (call) => ({ kind: 'awaited', call });

/** Answers that have come, by symbol and bar. */
export type AdviceAnswers = ReadonlyMap<string, AdviceOutcome>;

export const answerKey = ({ symbol, asOfMs }: { readonly symbol: string; readonly asOfMs: number }): string =>
  `${symbol}@${asOfMs}`;

export const answersOf = (answers: readonly AdviceAnswer[]): AdviceAnswers =>
  new Map(answers.map((one) => [answerKey(one), one.outcome]));

/** Answers with what was recorded; what was not is still awaited. */
export const recordedAdvisor =
  (answers: AdviceAnswers): Advisor =>
  (call) => {
    const outcome = answers.get(answerKey(call));
    if (outcome === undefined) return { kind: 'awaited', call };
    if (outcome.kind === 'noDecision') {
      return { kind: 'noDecision', code: outcome.reason, reasons: [`no advice: ${outcome.detail || outcome.reason}`] };
    }
    const { action, confidence, sizeFactor, reasons } = outcome;
    return { kind: 'vote', side: SIDES[action], confidence, sizeFactor, reasons, call };
  };

const SIDES = { buy: 1, hold: 0, sell: -1 } as const satisfies Record<Advice['action'], Side>;

/** The vote of an advice, with its rationale and warnings as reasons. */
export const voteOf = ({ action, confidence, rationale, warnings }: Advice) => ({
  kind: 'vote' as const,
  side: SIDES[action],
  confidence,
  reasons: [rationale, ...warnings],
});

/** The facts as prompts contain them, and the reference under which they are stored. */
export function adviceQuestion(call: AdviceCall): { readonly ref: string; readonly body: string } {
  const body = canonicalJson(adviceVariables(call));
  return { ref: sha256Hex(body), body };
}

/** Advice is about entries: nothing is held of the symbol. */
const adviceVariables = ({ symbol, asOfMs, facts }: AdviceCall) => ({
  symbol,
  asOf: new Date(asOfMs).toISOString(),
  proposed: facts.proposed,
  portfolioPnlUsd: facts.portfolioPnl,
  position: 0,
  features: facts.features,
});
