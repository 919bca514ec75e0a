/**
 * `askModel`: one governed question to a model. Safe to repeat under its call key: a stored outcome is the answer, a reply
 * that came is not asked for again, and what a dead attempt left open stays charged. What fails is no decision, with the
 * reason; only what may help later is thrown, to be tried again by the server.
 */
import { Context, heartbeat } from '@temporalio/activity';
import type { ModelCallRow } from '../../db/llm/calls.ts';
import { parseAnswer } from '../../domain/llm/parse-answer.ts';
import { isRepairable, repairRequest } from '../../domain/llm/repair-request.ts';
import { type AskModel, type AskModelInput, type AskOutcome, askModelSchema } from '../../schemas/llm/ask-model.ts';
import { type ModelMessage, type ModelReply, modelReplySchema } from '../../schemas/llm/model-call.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import { finalOnInvalidInput } from '../failure.ts';
import { answerFromCache, cacheAnswer } from './answer-cache.ts';
import { answerOf, chargeOf, noDecision, type Refused, type Replied, refused, toolsWanted } from './ask-outcome.ts';
import { type Asking, askingOf, isContaminated, requestOf, withFacts } from './asking.ts';
import type { Step } from './one-call.ts';
import type { GatewayParts } from './parts.ts';
import { requestTurn, type Turn } from './request-turn.ts';
import { type Standing, standingOf } from './standing.ts';

export type ModelActivities = ReturnType<typeof createModelActivities>;

export const createModelActivities = (parts: GatewayParts) => ({
  /** @throws ApplicationFailure InvalidInput (final); codes of providers (retried after `nextRetryDelay`) */
  askModel: (input: AskModelInput): Promise<AskOutcome> =>
    finalOnInvalidInput(() => askModel(parts, parseInput(askModelSchema, input))),
});

async function askModel(parts: GatewayParts, asked: AskModel): Promise<AskOutcome> {
  const { callKey } = asked;
  const [{ outcome: stored, called }, standing] = await Promise.all([
    parts.store.earlier(callKey),
    standingOf(parts, asked.promptId),
  ]);
  if (stored !== null) return stored as AskOutcome;
  const before = called ? await callsBefore(parts, callKey) : [];
  const ask = await withFacts(parts, asked);
  const asking = await askingOf(parts, ask, standing, before);
  const outcome = (await answerFromCache(parts, asking, before)) ?? (await answered(parts, asking, before));
  const kept = (await parts.store.keepOutcome(callKey, inShadow(standing, outcome))) as AskOutcome;
  await cacheAnswer(parts, asking, kept);
  return kept;
}

const inShadow = ({ silentModels }: Standing, outcome: AskOutcome): AskOutcome =>
  outcome.kind === 'answer' && silentModels.includes(outcome.model) ? { ...outcome, shadow: true as const } : outcome;

/** Those of former attempts; what a dead one left open is given up. */
async function callsBefore({ store, nowMs }: GatewayParts, callKey: string): Promise<readonly ModelCallRow[]> {
  const calls = await store.calls(callKey);
  if (!calls.some(({ outcome }) => outcome === 'requested')) return calls;
  await store.loseCalls(callKey, nowMs());
  return store.calls(callKey);
}

async function answered(parts: GatewayParts, asking: Asking, before: readonly ModelCallRow[]): Promise<AskOutcome> {
  const first = await turnOf(parts, asking, 'answer', asking.conversation.messages, before);
  const charges = [...before.map(chargeOf), ...first.charges];
  if (first.kind === 'none') return noDecision(first.reason, first.detail, charges);
  if (first.reply.stop === 'tools' && asking.ask.tools !== null) return toolsWanted(parts, asking, first, charges);
  const judged = judge(asking, first.reply);
  if (judged.ok) return answerOf(asking, first, judged.value, charges);
  await parts.store.judge(first.callId, judged.problems);
  if (!isRepairable(judged.problems)) return refused(judged, charges);
  return repaired(parts, asking, first, judged);
}

/** The same model once more, told what was wrong. */
async function repaired(parts: GatewayParts, asking: Asking, first: Replied, wrong: Refused): Promise<AskOutcome> {
  // Calls of tools that were not offered have no results, and no provider takes the one without the other.
  const blocks = first.reply.blocks.filter(({ type }) => type !== 'toolCall');
  const messages: ModelMessage[] = [
    ...asking.conversation.messages,
    ...(blocks.length === 0 ? [] : [{ role: 'assistant' as const, blocks }]),
    { role: 'user', text: repairRequest(asking.ask.contract, wrong.problems) },
  ];
  const before = await parts.store.calls(asking.ask.callKey);
  const second = await turnOf(parts, { ...asking, candidates: [first.record] }, 'repair', messages, before);
  const charges = [...before.map(chargeOf), ...second.charges];
  if (second.kind === 'none') {
    const isBudget = second.reason === 'BUDGET_EXHAUSTED';
    return isBudget ? noDecision(second.reason, second.detail, charges) : refused(wrong, charges);
  }
  const judged = judge(asking, second.reply);
  if (judged.ok) return answerOf(asking, second, judged.value, charges);
  await parts.store.judge(second.callId, judged.problems);
  return refused(judged, charges);
}

/** The reply that a former attempt got, or a new one. */
async function turnOf(
  parts: GatewayParts,
  asking: Asking,
  step: Step,
  messages: readonly ModelMessage[],
  before: readonly ModelCallRow[],
): Promise<Turn> {
  const { ask, standing, chosen, candidates } = asking;
  const told = await storedTurn(parts, before, step);
  if (told !== null) return told;
  return requestTurn(parts, {
    ask,
    chosen,
    step,
    candidates,
    before,
    troubled: standing.troubled,
    requestFor: (record) => requestOf(parts, asking, messages, record),
    isContaminated: (record) => isContaminated(ask, record),
    signal: Context.current().cancellationSignal,
    onProgress: () => heartbeat(),
  });
}

async function storedTurn(parts: GatewayParts, before: readonly ModelCallRow[], step: Step): Promise<Turn | null> {
  const row = before.find((one) => one.step === step && one.response_ref !== null);
  const record = parts.registry.models.find(({ id }) => id === row?.model);
  if (row === undefined || row.response_ref === null || record === undefined) return null;
  const reply = modelReplySchema.parse(JSON.parse(await parts.store.payload(row.response_ref)));
  return { kind: 'replied', callId: row.call_id, reply, record, charges: [] };
}

const judge = ({ ask }: Asking, reply: ModelReply) =>
  parseAnswer(ask.contract, reply, { symbols: ask.symbols, ...ask.bounds });
