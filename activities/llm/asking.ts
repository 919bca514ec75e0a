/** A question in words, and whom it goes to: what every attempt at it finds out before anybody is asked. */
import type { ModelCallRow } from '../../db/llm/calls.ts';
import { chooseModels } from '../../domain/llm/choose-model.ts';
import { fitConversation, tokensOf } from '../../domain/llm/fit-conversation.ts';
import { type AskModel, promptVariablesSchema } from '../../schemas/llm/ask-model.ts';
import { CONTRACTS } from '../../schemas/llm/contracts/index.ts';
import type { ModelMessage, ModelRequest } from '../../schemas/llm/model-call.ts';
import { MODEL_TIERS, type ModelRecord } from '../../schemas/llm/model-registry.ts';
import { type ChosenPrompt, choosePrompt, type SentVersions } from './choose-prompt.ts';
import { type Conversation, newConversation, resumedConversation } from './conversation.ts';
import type { GatewayParts } from './parts.ts';
import type { Standing } from './standing.ts';

const DAY_MS = 86_400_000;

export type Asking = {
  readonly ask: AskModel;
  readonly standing: Standing;
  readonly chosen: ChosenPrompt;
  readonly conversation: Conversation;
  readonly candidates: readonly ModelRecord[];
};

export async function withFacts({ store }: GatewayParts, ask: AskModel): Promise<AskModel> {
  if (ask.factsRef === null) return ask;
  const facts = promptVariablesSchema.parse(JSON.parse(await store.payload(ask.factsRef)));
  return { ...ask, variables: { ...facts, ...ask.variables } };
}

/**
 * The question in words, and whom it goes to.
 * @param before the calls of former attempts
 */
export async function askingOf(
  parts: GatewayParts,
  ask: AskModel,
  standing: Standing,
  before: readonly ModelCallRow[],
): Promise<Asking> {
  const resumed = await resumedConversation(parts, ask);
  const chosen = await choosePrompt(parts, ask, standing, resumed?.versions ?? repliedTo(before));
  const conversation = resumed ?? newConversation(chosen);
  const asking = { ask, standing, chosen, conversation };
  return { ...asking, candidates: candidatesFor(parts, asking) };
}

/** The words that a stored reply answers. */
function repliedTo(before: readonly ModelCallRow[]): SentVersions | null {
  const replied = before.find(({ response_ref }) => response_ref !== null);
  return replied === undefined ? null : { prompt: replied.prompt_version, desk: null };
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

export function requestOf(
  parts: GatewayParts,
  { ask, chosen, conversation }: Asking,
  messages: readonly ModelMessage[],
  record: ModelRecord,
): ModelRequest {
  const { system } = conversation;
  const tools = parts.toolCallsMax > 0 ? (ask.tools ?? []) : [];
  const answerTokens = Math.min(chosen.prompt.maxTokens, parts.maxTokens ?? Number.POSITIVE_INFINITY);
  return {
    model: record.id,
    system,
    messages: fitConversation({ system, messages }, record.contextTokens, tokensOf(JSON.stringify(tools))),
    tools,
    answer: { contract: ask.contract, jsonSchema: CONTRACTS[ask.contract].jsonSchema },
    maxTokens: Math.min(answerTokens + (record.thinkingTokens ?? 0), record.outputTokensMax),
    temperature: parts.temperature ?? chosen.prompt.temperature ?? parts.defaultTemperature,
    idleTimeoutMs: record.idleTimeoutMs,
    totalTimeoutMs: record.totalTimeoutMs,
  };
}

/** The window begins before the model's knowledge ends: it may remember what came. */
export const isContaminated = ({ windowFromMs, asOfMs }: AskModel, { knowledgeCutoff }: ModelRecord): boolean =>
  knowledgeCutoff !== null && (windowFromMs ?? asOfMs) < Date.parse(knowledgeCutoff) + DAY_MS;
