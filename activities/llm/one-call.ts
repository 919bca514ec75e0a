/**
 * One request to one address of one model: reserved and written down before it leaves, settled and completed after. A
 * failure is an answer here; what becomes of it is decided by who asked.
 */

import { canonicalJson } from '../../domain/canonical-json.ts';
import { promptTokensMax, scopesOf } from '../../domain/llm/budget.ts';
import { costCeilingMicroUsd, costMicroUsd, pricesOf } from '../../domain/llm/cost.ts';
import { possibleUsage } from '../../domain/llm/usage.ts';
import type { AskModel } from '../../schemas/llm/ask-model.ts';
import type { FullScope } from '../../schemas/llm/budget.ts';
import {
  ModelCallFailed,
  type ModelFailure,
  type ModelReply,
  type ModelRequest,
} from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { ChosenPrompt } from './choose-prompt.ts';
import type { GatewayParts } from './parts.ts';

/** The stages of a question: an answer, and one repair of it. */
export type Step = 'answer' | 'repair';

export type CallRequest = {
  readonly ask: AskModel;
  readonly chosen: ChosenPrompt;
  readonly step: Step;
  readonly record: ModelRecord;
  readonly request: ModelRequest;
  readonly baseUrl: string;
  /** How many calls this question has made before. */
  readonly number: number;
  readonly contaminated: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
};

type Paid = { readonly callId: string; readonly costMicroUsd: number };

/** What one call came to. `contaminated`: the model that was called may remember what came. */
export type Charge = Paid & { readonly contaminated: boolean };

export type Called =
  | ({ readonly kind: 'replied'; readonly reply: ModelReply } & Paid)
  | ({ readonly kind: 'failed'; readonly failure: ModelFailure } & Paid)
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'exhausted'; readonly full: readonly FullScope[]; readonly amountMicroUsd: number }
  /** Another attempt at the same question took it over while this one waited for its reply. */
  | { readonly kind: 'overtaken' };

const OVERTAKEN: Called = { kind: 'overtaken' };
const SLOW_MS = 10_000;

export async function callOnce(parts: GatewayParts, call: CallRequest): Promise<Called> {
  const { record, request } = call;
  const prices = pricesOf(record);
  const amountMicroUsd = costCeilingMicroUsd(prices, promptTokensMax(request), request.maxTokens);
  const callId = parts.newId();
  const begun = await parts.store.begin({
    row: rowOf(call, callId, amountMicroUsd),
    bodies: { question: canonicalJson(call.ask), request: JSON.stringify(request) },
    scopes: scopesOf({ ...call.ask, askKey: call.ask.callKey }, parts.limits, parts.nowMs()),
    pace: { model: record.id, minDelayMs: record.minDelayMs, requestsPerMinute: record.requestsPerMinute },
    atMs: parts.nowMs(),
  });
  if (begun.kind === 'wait') return begun;
  if (begun.kind === 'exhausted') return { ...begun, amountMicroUsd };
  return send(parts, call, callId);
}

async function send(parts: GatewayParts, call: CallRequest, callId: string): Promise<Called> {
  const { record, request, baseUrl, signal, onProgress } = call;
  const provider = parts.providers.get(record.provider);
  if (provider === undefined) throw new Error(`provider ${record.provider} has no adapter on this worker`);
  const startedAt = performance.now();
  const latency = (): number => Math.round(performance.now() - startedAt);
  try {
    const reply = await provider.generate(request, { baseUrl, signal, onProgress });
    const cost = await endReplied(parts, call, { callId, reply, latencyMs: latency() });
    return cost === null ? OVERTAKEN : { kind: 'replied', callId, reply, costMicroUsd: cost };
  } catch (error) {
    if (!(error instanceof ModelCallFailed)) throw error;
    const { failure } = error;
    const cost = await endFailed(parts, callId, failure, latency());
    return cost === null ? OVERTAKEN : { kind: 'failed', callId, failure, costMicroUsd: cost };
  }
}

type Replied = { readonly callId: string; readonly reply: ModelReply; readonly latencyMs: number };

async function endReplied(parts: GatewayParts, call: CallRequest, { callId, reply, latencyMs }: Replied) {
  const usage = possibleUsage(reply.usage, call.record);
  const spentMicroUsd = usage === null ? null : costMicroUsd(pricesOf(call.record), usage);
  const problems = [...call.chosen.warnings, ...replyProblems(usage, latencyMs)];
  if (latencyMs > SLOW_MS) parts.warn('MODEL_SLOW', { callId, model: call.record.id, latencyMs });
  const { temperatureSent, providerRequestId } = reply;
  return parts.store.end({
    ...{ callId, outcome: 'answered', retryable: null, usage, spentMicroUsd, latencyMs },
    ...{ temperatureSent, providerRequestId, problems, responseBody: JSON.stringify(reply), atMs: parts.nowMs() },
  });
}

const replyProblems = (usage: ModelReply['usage'], latencyMs: number): Problem[] => [
  ...(latencyMs > SLOW_MS ? [problem('MODEL_SLOW', 'latencyMs', latencyMs, `at most ${SLOW_MS} ms`)] : []),
  ...(usage === null
    ? [problem('LLM_USAGE_INVALID', 'usage', null, 'counts of tokens', 'the whole reservation was charged')]
    : []),
];

/** What may have been worked on is charged as it was reserved; what surely was not costs nothing. */
const endFailed = (
  parts: GatewayParts,
  callId: string,
  failure: ModelFailure,
  latencyMs: number,
): Promise<number | null> =>
  parts.store.end({
    ...{ callId, outcome: failure.code, retryable: failure.retryable, usage: null, latencyMs, atMs: parts.nowMs() },
    spentMicroUsd: failure.mayHaveBeenBilled ? null : 0,
    ...{ temperatureSent: null, providerRequestId: null, responseBody: null },
    problems: [problem(failure.code, '', failure.detail, 'a reply')],
  });

type CallFacts = Pick<CallRequest, 'ask' | 'chosen' | 'step' | 'record' | 'number' | 'baseUrl' | 'contaminated'>;

/** The row of a call before it leaves, without its request. */
export const rowOf = ({ ask, chosen, step, record, ...call }: CallFacts, callId: string, reserved: number) => ({
  call_id: callId,
  call_key: `${ask.callKey}#${call.number}`,
  ask_key: ask.callKey,
  step,
  task: ask.task,
  contract: ask.contract,
  session_id: ask.sessionId,
  decision_id: ask.decisionId,
  conversation_id: ask.conversationId,
  prompt_id: chosen.prompt.id,
  prompt_version: chosen.prompt.version,
  prompt_hash: chosen.hash,
  provider: record.provider,
  model: record.id,
  tier: record.tier,
  base_url: call.baseUrl,
  contaminated: call.contaminated,
  reserved_micro_usd: reserved,
  outcome: 'requested',
  as_of: new Date(ask.asOfMs).toISOString(),
});
