/**
 * `askModel`: one governed question to a model. Safe to repeat under its call key: a stored outcome is the answer, a reply
 * that came is not asked for again, and what a dead attempt left open stays charged. What fails is no decision, with the
 * reason; only what may help later is thrown, to be tried again by the server.
 */
import { Context, heartbeat } from '@temporalio/activity';
import type { ModelCallRow } from '../../db/llm/calls.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { cacheKeyOf } from '../../domain/llm/cache-key.ts';
import { chooseModels } from '../../domain/llm/choose-model.ts';
import { fitConversation, tokensOf } from '../../domain/llm/fit-conversation.ts';
import { parseAnswer } from '../../domain/llm/parse-answer.ts';
import { isRepairable, repairRequest } from '../../domain/llm/repair-request.ts';
import {
  type AskModel,
  type AskModelInput,
  type AskOutcome,
  askModelSchema,
  promptVariablesSchema,
} from '../../schemas/llm/ask-model.ts';
import { CONTRACTS } from '../../schemas/llm/contracts/index.ts';
import {
  type ModelMessage,
  type ModelReply,
  type ModelRequest,
  modelReplySchema,
} from '../../schemas/llm/model-call.ts';
import { MODEL_TIERS, type ModelRecord } from '../../schemas/llm/model-registry.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import type { Problem } from '../../schemas/problem.ts';
import { finalOnInvalidInput } from '../failure.ts';
import { type ChosenPrompt, choosePrompt } from './choose-prompt.ts';
import { type Conversation, openConversation, storeTurns } from './conversation.ts';
import { type Charge, rowOf, type Step } from './one-call.ts';
import type { GatewayParts } from './parts.ts';
import { requestTurn, type Turn } from './request-turn.ts';
import { type Standing, standingOf } from './standing.ts';

export type ModelActivities = ReturnType<typeof createModelActivities>;

export const createModelActivities = (parts: GatewayParts) => ({
  /** @throws ApplicationFailure InvalidInput (final); codes of providers (retried after `nextRetryDelay`) */
  askModel: (input: AskModelInput): Promise<AskOutcome> =>
    finalOnInvalidInput(() => askModel(parts, parseInput(askModelSchema, input))),
});

export type Asking = {
  readonly ask: AskModel;
  readonly standing: Standing;
  readonly chosen: ChosenPrompt;
  readonly conversation: Conversation;
  readonly candidates: readonly ModelRecord[];
};

async function askModel(parts: GatewayParts, asked: AskModel): Promise<AskOutcome> {
  const { callKey } = asked;
  const [stored, calls, standing] = await Promise.all([
    parts.store.outcome(callKey),
    parts.store.calls(callKey),
    standingOf(parts, asked.promptId),
  ]);
  if (stored !== undefined) return stored as AskOutcome;
  const before = await closed(parts, callKey, calls);
  const ask = await withFacts(parts, asked);
  const asking = await askingOf(parts, ask, standing);
  const hit = await fromCache(parts, asking);
  const outcome = hit ?? (await answered(parts, asking, before));
  const kept = (await parts.store.keepOutcome(callKey, outcome)) as AskOutcome;
  if (hit === null && isCacheable(ask) && kept.kind === 'answer') {
    await parts.store.putCached(keyOf(asking, kept.model), ask.asOfMs, kept);
  }
  return kept;
}

/** What a dead attempt left open is given up. */
async function closed(
  { store, nowMs }: GatewayParts,
  callKey: string,
  calls: readonly ModelCallRow[],
): Promise<readonly ModelCallRow[]> {
  if (!calls.some(({ outcome }) => outcome === 'requested')) return calls;
  await store.loseCalls(callKey, nowMs());
  return store.calls(callKey);
}

export async function withFacts({ store }: GatewayParts, ask: AskModel): Promise<AskModel> {
  if (ask.factsRef === null) return ask;
  const facts = promptVariablesSchema.parse(JSON.parse(await store.payload(ask.factsRef)));
  return { ...ask, variables: { ...facts, ...ask.variables } };
}

/** The question in words, and whom it goes to. */
export async function askingOf(parts: GatewayParts, ask: AskModel, standing: Standing): Promise<Asking> {
  const chosen = await choosePrompt(parts, ask, standing);
  const conversation = await openConversation(parts, ask, chosen);
  const asking = { ask, standing, chosen, conversation };
  return { ...asking, candidates: candidatesFor(parts, asking) };
}

/** A prompt may prefer a model, or another tier than its task's. */
function candidatesFor(
  { registry, choice }: GatewayParts,
  { ask, standing, chosen: { prompt }, conversation }: Omit<Asking, 'candidates'>,
): ModelRecord[] {
  const model = ask.model ?? conversation.model;
  const preferred = registry.models.find(({ id }) => id === prompt.preference)?.id ?? null;
  const tierAtLeast = ask.tierAtLeast ?? MODEL_TIERS.find((tier) => tier === prompt.preference) ?? null;
  // A demoted model may be asked by name, in the shadow: that is how it comes back.
  const silent = model === null ? standing.silentModels : [];
  const backend = ask.provider ?? choice.backend;
  const base = { ...choice, backend, task: ask.task, tierAtLeast, unavailable: [] };
  const chosen = chooseModels(registry, { ...base, model, demoted: silent });
  const first = preferred === null || model !== null ? [] : chosen.filter(({ id }) => id === preferred);
  return [...first, ...chosen.filter((one) => !first.includes(one))];
}

const isCacheable = ({ cache, tools, priorTurns }: AskModel): boolean => cache && tools === null && priorTurns === null;

const keyOf = ({ ask, chosen }: Asking, model: string): string =>
  cacheKeyOf({
    model,
    promptId: chosen.prompt.id,
    promptVersion: chosen.prompt.version,
    renderedHash: chosen.hash,
    contract: ask.contract,
    contractVersion: CONTRACTS[ask.contract].version,
  });

/** An answer given to the same words not long ago; it is written down as a call that cost nothing. */
async function fromCache(parts: GatewayParts, asking: Asking): Promise<AskOutcome | null> {
  const { ask, chosen, candidates } = asking;
  const [record] = candidates;
  if (record === undefined || !isCacheable(ask)) return null;
  const found = (await parts.store.cached(keyOf(asking, record.id), ask.asOfMs)) as AskOutcome | undefined;
  if (found?.kind !== 'answer') return null;
  const callId = parts.newId();
  const contaminated = isContaminated(ask, record);
  const call = { ask, chosen, step: 'answer' as const, record, number: 0, baseUrl: '', contaminated };
  const hit = { call_key: `${ask.callKey}#cache`, base_url: null, cached: true, outcome: 'answered' };
  const row = { ...rowOf(call, callId, 0), ...hit };
  await parts.store.noteHit(row, canonicalJson(ask));
  return { ...found, contaminated, callIds: [callId], costMicroUsd: 0, cached: true };
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

const chargeOf = ({ call_id: callId, cost_micro_usd: costMicroUsd, contaminated }: ModelCallRow): Charge => ({
  callId,
  costMicroUsd,
  contaminated,
});

type Replied = Extract<Turn, { kind: 'replied' }>;
type Refused = { readonly code: string; readonly problems: readonly Problem[] };

/** The same model once more, told what was wrong. */
async function repaired(parts: GatewayParts, asking: Asking, first: Replied, wrong: Refused): Promise<AskOutcome> {
  const messages: ModelMessage[] = [
    ...asking.conversation.messages,
    { role: 'assistant', blocks: first.reply.blocks },
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

export function requestOf(
  parts: GatewayParts,
  { ask, chosen, conversation }: Asking,
  messages: readonly ModelMessage[],
  record: ModelRecord,
): ModelRequest {
  const { system } = conversation;
  const tools = parts.toolCallsMax > 0 ? (ask.tools ?? []) : [];
  const wanted = Math.min(chosen.prompt.maxTokens, parts.maxTokens ?? Number.POSITIVE_INFINITY);
  return {
    model: record.id,
    system,
    messages: fitConversation({ system, messages }, record.contextTokens, tokensOf(JSON.stringify(tools))),
    tools,
    answer: { contract: ask.contract, jsonSchema: CONTRACTS[ask.contract].jsonSchema },
    maxTokens: Math.min(wanted, record.outputTokensMax),
    temperature: parts.temperature ?? chosen.prompt.temperature ?? parts.defaultTemperature,
    idleTimeoutMs: record.idleTimeoutMs,
    totalTimeoutMs: record.totalTimeoutMs,
  };
}

/** The window begins before the model's knowledge ends: it may remember what came. */
export const isContaminated = ({ windowFromMs, asOfMs }: AskModel, { knowledgeCutoff }: ModelRecord): boolean =>
  knowledgeCutoff !== null && (windowFromMs ?? asOfMs) < Date.parse(knowledgeCutoff) + DAY_MS;

const DAY_MS = 86_400_000;

const judge = ({ ask }: Asking, reply: ModelReply) =>
  parseAnswer(ask.contract, reply, { symbols: ask.symbols, ...ask.bounds });

const answerOf = (asking: Asking, turn: Replied, value: unknown, charges: readonly Charge[]): AskOutcome => ({
  ...{ kind: 'answer', value, cached: false },
  ...told(asking, turn, charges),
});

async function toolsWanted(
  parts: GatewayParts,
  asking: Asking,
  turn: Replied,
  charges: readonly Charge[],
): Promise<AskOutcome> {
  const turnsRef = await storeTurns(parts, asking.conversation, turn);
  const { toolCallsMax: callsMax } = parts;
  return { kind: 'tools', calls: turn.reply.toolCalls, turnsRef, callsMax, ...told(asking, turn, charges) };
}

const told = ({ ask, chosen: { prompt } }: Asking, { record }: Replied, charges: readonly Charge[]) => ({
  ...spent(charges),
  provider: record.provider,
  model: record.id,
  promptId: prompt.id,
  promptVersion: prompt.version,
  contaminated: isContaminated(ask, record),
});

const refused = ({ code, problems }: Refused, charges: readonly Charge[]): AskOutcome =>
  noDecision(code, problems.map(({ message }) => message).join('; '), charges);

const DETAIL_LENGTH_MAX = 1_000;

const noDecision = (reason: string, detail: string, charges: readonly Charge[]): AskOutcome => ({
  ...{ kind: 'noDecision', reason, detail: detail.slice(0, DETAIL_LENGTH_MAX) },
  ...spent(charges),
  ...(charges.some((one) => one.contaminated) ? { contaminated: true } : {}),
});

/** Over all calls of the question, those of former attempts included. */
const spent = (charges: readonly Charge[]) => ({
  callIds: charges.map(({ callId }) => callId),
  costMicroUsd: charges.reduce((sum, one) => sum + one.costMicroUsd, 0),
});
