/**
 * The provider that needs no key, no network and no money: it answers by rule from the facts in the question, and its
 * records say so. The same facts give the same answer for ever. To what it has no rule for it gives none.
 */
import type { ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import { effect } from '../effect.ts';
import type { ModelProvider } from './model-provider.ts';

/** The answer to a contract from its facts, as a value; null: there is no rule for that. */
export type Advise = (contract: string, facts: Readonly<Record<string, unknown>>) => unknown;

export const createRules = (name: string, advise: Advise): ModelProvider => ({
  name,
  generate: (request) => effect('model.ask', async () => answer(request, advise)),
  health: async () => ({ ok: true, detail: 'answers by rule, without a model', latencyMs: 0, models: null }),
});

function answer(request: ModelRequest, advise: Advise): ModelReply {
  const advice = request.answer === null ? null : advise(request.answer.contract, factsIn(request));
  const text = advice === null ? 'There is no rule for this question.' : JSON.stringify(advice);
  return {
    blocks: [{ type: 'text', text }],
    text,
    toolCalls: [],
    stop: advice === null ? 'refused' : 'end',
    usage: { tokensIn: 0, tokensCachedRead: 0, tokensCachedWrite: 0, tokensOut: 0 },
    providerRequestId: null,
    temperatureSent: null,
    raw: text,
  };
}

/** The facts stand in the first question, as one JSON object on a line of its own (domain/llm/render-prompt.ts). */
function factsIn({ messages }: ModelRequest): Readonly<Record<string, unknown>> {
  const [first] = messages;
  const lines = first?.role === 'user' ? first.text.split('\n') : [];
  for (const line of lines) {
    const facts = line.trim().startsWith('{') ? objectIn(line) : null;
    if (facts !== null) return facts;
  }
  return {};
}

function objectIn(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
