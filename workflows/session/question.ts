/** What all questions of a session have in common: whom its settings name, whose they are and what they are about. */
import type { AwaitedAdvice } from '../../schemas/llm/advice-slot.ts';
import type { AskedModels } from '../../schemas/llm/panel.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import { ANY_PROVIDER } from '../../schemas/strategy-session.ts';
import type { Question } from '../lib/conversation.ts';
import type { SessionCarry } from './session-state.ts';

/** Whom the session's settings name; null: any. */
export const modelsOf = ({ model: { provider, model, tier } }: ParsedSession): AskedModels => ({
  provider: provider === ANY_PROVIDER ? null : provider,
  model,
  tier,
});

/** The decision that is asked about, and where its facts lie. */
type Subject = Pick<AwaitedAdvice, 'symbol' | 'asOfMs' | 'decisionId' | 'factsRef' | 'windowFromMs'>;
/** How the question is named, and what kind of answer is wanted. */
type Wanted = Pick<Question, 'callKey' | 'task' | 'contract' | 'promptId'>;

export function questionOf(
  { handle, input }: Pick<SessionCarry, 'handle' | 'input'>,
  { symbol, asOfMs, decisionId, factsRef, windowFromMs }: Subject,
  { callKey, task, contract, promptId }: Wanted,
): Question {
  const { provider, model, tier } = modelsOf(input);
  return {
    callKey,
    task,
    contract,
    promptId,
    factsRef,
    symbols: [symbol],
    sessionId: handle.sessionId,
    decisionId,
    asOfMs,
    windowFromMs,
    provider,
    model,
    tierAtLeast: tier,
  };
}
