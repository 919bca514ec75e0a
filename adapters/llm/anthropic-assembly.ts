/** The stream of Anthropic's Messages API, which Bedrock speaks too, put together to a whole reply. */
import { z } from 'zod';
import { usageOf } from '../../domain/llm/usage.ts';
import type { AssistantBlock, ModelReply } from '../../schemas/llm/model-call.ts';
import { protocolFailure } from './call-failure.ts';
import { toldInStream } from './stream-reply.ts';
import { createMeter, readEvent, type StreamAssembly, type WireReply } from './wire-reply.ts';

/** Of any shape: domain/llm/usage.ts judges it. At the beginning `output_tokens` counts what is written by then. */
const usageSchema = z.looseObject({}).nullish().catch(null);
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

/** Where each kind of delta carries its text, and whether that is the block's own; all others say nothing to us. */
const PLACES: Readonly<Record<string, { readonly field: string; readonly isText: boolean }>> = {
  text_delta: { field: 'text', isText: true },
  input_json_delta: { field: 'partial_json', isText: true },
  thinking_delta: { field: 'thinking', isText: false },
  signature_delta: { field: 'signature', isText: false },
};

/** A block of the reply while it grows, by the index it is streamed under. */
type Growing = { readonly start: Record<string, unknown>; text: string; isOpen: boolean };

/**
 * @param provider whose blocks they are: `anthropic` or `bedrock`
 * @throws ModelCallFailed when the stream breaks the protocol
 */
export function createAnthropicAssembly(provider: string): StreamAssembly {
  const meter = createMeter();
  const growing = new Map<number, Growing>();
  let usage: Record<string, unknown> | null = null;
  let stopReason: string | null = null;
  let isEnded = false;

  const takeDelta = (index: number, delta: Record<string, unknown>): void => {
    const block = growing.get(index);
    if (block === undefined || !block.isOpen) throw protocolFailure(`a delta of block ${index}, which is not open`);
    const place = PLACES[String(delta.type)];
    if (place === undefined) return;
    const text = delta[place.field];
    if (typeof text !== 'string' || (block.start.type === 'text') !== (place.field === 'text')) {
      throw protocolFailure(`${String(delta.type)} in block ${index}, which is ${String(block.start.type)}`);
    }
    meter(text);
    if (place.isText) block.text += text;
    else block.start[place.field] = `${block.start[place.field] ?? ''}${text}`;
  };
  const takeKnown = (event: Event): void => {
    switch (event.type) {
      case 'message_start':
        if (usage !== null) throw protocolFailure('two beginnings');
        usage = { ...event.message.usage, output_tokens: null };
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
