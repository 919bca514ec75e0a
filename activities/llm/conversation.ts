/**
 * Where a conversation stands between two turns: an append-only list of messages, stored whole under its hash. It is
 * bound to the model that began it, since what a model thought goes back to it as it came.
 */
import type { AskModel } from '../../schemas/llm/ask-model.ts';
import type { ModelMessage, ModelReply } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import type { ChosenPrompt } from './choose-prompt.ts';
import type { GatewayParts } from './parts.ts';

export type Conversation = {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** The one that the conversation is bound to; null at its beginning. */
  readonly model: string | null;
};

/** The first message of a new conversation, or the old one with what its tools have answered since. */
export async function openConversation(
  { store }: GatewayParts,
  { priorTurns }: AskModel,
  { system, message }: ChosenPrompt,
): Promise<Conversation> {
  if (priorTurns === null) return { system, messages: [{ role: 'user', text: message }], model: null };
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
  { system, messages }: Conversation,
  { reply, record }: { readonly reply: ModelReply; readonly record: ModelRecord },
): Promise<string> {
  const next: ModelMessage = { role: 'assistant', blocks: reply.blocks };
  return store.storePayload(JSON.stringify({ system, messages: [...messages, next], model: record.id }));
}
