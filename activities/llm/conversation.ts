/**
 * Where a conversation stands between two turns: an append-only list of messages, stored whole under its hash. It is
 * bound to the model that began it, since what a model thought goes back to it as it came, and to the prompt of its
 * first words, which all turns send.
 */
import type { AskModel } from '../../schemas/llm/ask-model.ts';
import type { ModelMessage, ModelReply } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import type { ChosenPrompt, SentVersions } from './choose-prompt.ts';
import type { GatewayParts } from './parts.ts';

export type Conversation = {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** The one that the conversation is bound to; null at its beginning. */
  readonly model: string | null;
  /** What its first words are of; absent in one that an earlier release began. */
  readonly versions?: SentVersions;
};

export const newConversation = ({ system, message, prompt, desk }: ChosenPrompt): Conversation => ({
  system,
  messages: [{ role: 'user', text: message }],
  model: null,
  versions: { prompt: prompt.version, desk: desk.version },
});

/** One that has begun, with what its tools have answered since; null: it has not. */
export async function resumedConversation(
  { store }: GatewayParts,
  { priorTurns }: AskModel,
): Promise<Conversation | null> {
  if (priorTurns === null) return null;
  const before = JSON.parse(await store.payload(priorTurns.ref)) as Conversation;
  const results = await Promise.all(
    priorTurns.toolResults.map(async ({ callId, name, resultRef, isError }): Promise<ModelMessage> => {
      return { role: 'tool', callId, name, result: await store.payload(resultRef), isError };
    }),
  );
  return { ...before, messages: [...before.messages, ...results] };
}

/** @returns the reference under which the conversation goes on */
export function storeTurns(
  { store }: GatewayParts,
  conversation: Conversation,
  { reply, record }: { readonly reply: ModelReply; readonly record: ModelRecord },
): Promise<string> {
  const next: ModelMessage = { role: 'assistant', blocks: reply.blocks };
  const messages = [...conversation.messages, next];
  return store.storePayload(JSON.stringify({ ...conversation, messages, model: record.id }));
}
