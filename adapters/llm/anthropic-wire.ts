/**
 * The Messages format of Anthropic, which Bedrock speaks too: our request as its body, and its stream as our reply.
 * Thinking blocks are bound to their conversation and go back as they came; those of another provider are left out.
 */
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import { usageOf } from '../../domain/llm/usage.ts';
import type { AssistantBlock, ModelMessage, ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { protocolFailure } from './call-failure.ts';
import { forcedToolFor, temperatureFor } from './sent-options.ts';
import { toldInStream } from './stream-reply.ts';
import { createMeter, readEvent, type StreamAssembly, type WireReply } from './wire-reply.ts';

type Body = MessageCreateParamsStreaming;
type Message = Body['messages'][number];
type Block = Exclude<Message['content'], string>[number];

export function anthropicBody(request: ModelRequest, record: ModelRecord): Body {
  const temperature = temperatureFor(request, record);
  const { tools, answer } = request;
  const choice = choiceOf(request, record);
  return {
    model: record.wireName ?? record.id,
    max_tokens: Math.min(request.maxTokens, record.outputTokensMax),
    stream: true,
    messages: messagesOf(request.messages, record.provider),
    ...(request.system === '' ? {} : { system: request.system }),
    ...(temperature === null ? {} : { temperature }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf) }),
    ...(tools.length === 0 || choice === undefined ? {} : { tool_choice: choice }),
    ...(answer === null
      ? {}
      : {
          output_config: { format: { type: 'json_schema' as const, schema: transformJSONSchema(answer.jsonSchema) } },
        }),
  };
}

function choiceOf(request: ModelRequest, record: ModelRecord): Body['tool_choice'] {
  if (request.toolChoice === 'none') return { type: 'none' };
  const name = forcedToolFor(request, record);
  return name === null ? undefined : { type: 'tool', name };
}

const toolOf = ({ name, description, jsonSchema }: ModelRequest['tools'][number]) => ({
  ...{ name, description },
  input_schema: { ...jsonSchema, type: 'object' as const },
});

/** Results of tools are the user's, all those of one turn in one message, before what the user says. */
function messagesOf(messages: readonly ModelMessage[], provider: string): Message[] {
  const wire: { role: 'user' | 'assistant'; content: Block[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = blocksOf(message, provider);
    const last = wire.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) wire.push({ role, content });
  }
  return wire;
}

function blocksOf(message: ModelMessage, provider: string): Block[] {
  if (message.role === 'user') return [{ type: 'text', text: message.text }];
  if (message.role === 'tool') {
    const { callId, result, isError } = message;
    return [{ type: 'tool_result', tool_use_id: callId, content: result, is_error: isError }];
  }
  return message.blocks.flatMap((block) => ownBlock(block, provider) ?? []);
}

/** An empty text block is refused there, and says nothing. */
function ownBlock(block: AssistantBlock, provider: string): Block | null {
  if (block.type === 'text') return block.text === '' ? null : { type: 'text', text: block.text };
  if (block.type === 'opaque') return block.provider === provider ? (JSON.parse(block.json) as Block) : null;
  return { type: 'tool_use', id: block.id, name: block.name, input: objectOf(block.arguments) };
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Judged by domain/llm/usage.ts, whatever it holds. */
const usageSchema = z.looseObject({}).nullish();
const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_start'), message: z.looseObject({ usage: usageSchema }) }),
  z.object({
    type: z.literal('content_block_start'),
    index: z.int(),
    content_block: z.looseObject({ type: z.string() }),
  }),
  z.object({ type: z.literal('content_block_delta'), index: z.int(), delta: z.looseObject({ type: z.string() }) }),
  z.object({ type: z.literal('content_block_stop'), index: z.int() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.looseObject({ stop_reason: z.string().nullish() }),
    usage: usageSchema,
  }),
  z.object({ type: z.literal('message_stop') }),
  z.object({
    type: z.literal('error'),
    error: z.looseObject({ type: z.string().nullish(), message: z.string().nullish() }),
  }),
]);
type Event = z.infer<typeof eventSchema>;
const typeSchema = z.looseObject({ type: z.string() });
const KNOWN: readonly string[] = eventSchema.options.map((one) => one.shape.type.value);

const STOPS: Readonly<Record<string, ModelReply['stop']>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  tool_use: 'tools',
  max_tokens: 'truncated',
  model_context_window_exceeded: 'truncated',
  refusal: 'refused',
};

type Growing = { readonly start: Record<string, unknown>; text: string; isOpen: boolean };

export function createAnthropicAssembly(provider: string): StreamAssembly {
  const meter = createMeter();
  const growing = new Map<number, Growing>();
  let usage: Record<string, unknown> | null = null;
  let stopReason: string | null = null;
  let isEnded = false;

  const takeDelta = (index: number, delta: Record<string, unknown>): void => {
    const block = growing.get(index);
    if (block === undefined || !block.isOpen) throw protocolFailure(`a delta of block ${index}, which is not open`);
    if (delta.type === 'text_delta') grow(block, delta.text);
    else if (delta.type === 'input_json_delta') grow(block, delta.partial_json);
    else if (delta.type === 'thinking_delta') append(block, 'thinking', delta.thinking);
    else if (delta.type === 'signature_delta') append(block, 'signature', delta.signature);
  };
  const grow = (block: Growing, text: unknown): void => {
    meter(String(text));
    block.text += String(text);
  };
  const append = (block: Growing, field: string, text: unknown): void => {
    meter(String(text));
    block.start[field] = `${block.start[field] ?? ''}${String(text)}`;
  };
  const takeKnown = (event: Event): void => {
    switch (event.type) {
      case 'message_start':
        if (usage !== null) throw protocolFailure('two beginnings');
        usage = { ...event.message.usage };
        return;
      case 'content_block_start':
        if (growing.has(event.index)) throw protocolFailure(`two beginnings of block ${event.index}`);
        meter(JSON.stringify(event.content_block));
        growing.set(event.index, { start: { ...event.content_block }, text: '', isOpen: true });
        return;
      case 'content_block_delta':
        takeDelta(event.index, event.delta);
        return;
      case 'content_block_stop': {
        const block = growing.get(event.index);
        if (block === undefined || !block.isOpen) throw protocolFailure(`an end of block ${event.index}`);
        block.isOpen = false;
        return;
      }
      case 'message_delta':
        stopReason = event.delta.stop_reason ?? stopReason;
        usage = { ...usage, ...told(event.usage) };
        return;
      case 'message_stop':
        isEnded = true;
        return;
      case 'error':
        throw toldInStream([event.error.type], event.error.message ?? '');
    }
  };

  return {
    take: (data) => {
      const { type } = readEvent(typeSchema, data, 'an event');
      if (!KNOWN.includes(type)) return;
      const event = readEvent(eventSchema, data, type);
      if (isEnded) throw protocolFailure(`${type} after the end`);
      if (usage === null && type !== 'message_start' && type !== 'error') throw protocolFailure(`${type} comes first`);
      takeKnown(event);
    },
    reply: () => (isEnded ? wireReply(growing, stopReason, usage ?? {}, provider) : null),
  };
}

const told = (usage: z.infer<typeof usageSchema>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== null && value !== undefined));

function wireReply(
  growing: ReadonlyMap<number, Growing>,
  stopReason: string | null,
  usage: Record<string, unknown>,
  provider: string,
): WireReply {
  const stop = stopReason === null ? undefined : STOPS[stopReason];
  if (stop === undefined) throw protocolFailure(`stop_reason ${stopReason}`);
  const ordered = [...growing.entries()].sort(([a], [b]) => a - b).map(([, block]) => block);
  if (ordered.some((block) => block.isOpen)) throw protocolFailure('the message ends before one of its blocks');
  const blocks = ordered.map((block) => blockOf(block, provider));
  const hour = z.looseObject({}).safeParse(usage.cache_creation);
  const counts = usageOf({
    tokensIn: usage.input_tokens,
    tokensCachedRead: usage.cache_read_input_tokens,
    tokensCachedWrite: usage.cache_creation_input_tokens,
    tokensCachedWriteHour: hour.success ? hour.data.ephemeral_1h_input_tokens : 0,
    tokensOut: usage.output_tokens,
  });
  const native = { content: blocks, stop_reason: stopReason, usage };
  return { blocks, stop, usage: counts, refusal: null, native };
}

function blockOf({ start, text }: Growing, provider: string): AssistantBlock {
  if (start.type === 'text') return { type: 'text', text: `${start.text ?? ''}${text}` };
  if (start.type !== 'tool_use') return { type: 'opaque', provider, json: JSON.stringify(start) };
  const written = text === '' ? JSON.stringify(start.input ?? {}) : text;
  return { type: 'toolCall', id: String(start.id), name: String(start.name), arguments: written };
}
