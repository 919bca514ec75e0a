/**
 * The Responses format of OpenAI: our request as its body, and its stream as our reply. Nothing is stored there, so its
 * reasoning items come encrypted and go back as they came. What counts is the last event, which repeats the whole.
 */
import type { ResponseCreateParamsStreaming, ResponseInputItem } from 'openai/resources/responses/responses';
import { z } from 'zod';
import { usageOfWhole } from '../../domain/llm/usage.ts';
import type { AssistantBlock, ModelMessage, ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { protocolFailure } from './call-failure.ts';
import { sentArguments } from './sent-arguments.ts';
import { forcedToolFor, temperatureFor } from './sent-options.ts';
import { toldInStream } from './stream-reply.ts';
import { createMeter, readEvent, type StreamAssembly, type WireReply } from './wire-reply.ts';

type Body = ResponseCreateParamsStreaming;

export function responsesBody(request: ModelRequest, record: ModelRecord): Body {
  const temperature = temperatureFor(request, record);
  const { tools, answer } = request;
  return {
    model: record.wireName ?? record.id,
    max_output_tokens: Math.min(request.maxTokens, record.outputTokensMax),
    stream: true,
    store: false,
    // A model that takes a temperature does not reason, and refuses to be asked for its thoughts.
    ...(record.acceptsTemperature ? {} : { include: ['reasoning.encrypted_content' as const] }),
    input: request.messages.flatMap((message) => itemsOf(message, record.provider)),
    ...(request.system === '' ? {} : { instructions: request.system }),
    ...(temperature === null ? {} : { temperature }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf), tool_choice: choiceOf(request, record) }),
    ...(answer === null ? {} : { text: { format: formatOf(answer) } }),
  };
}

const toolOf = ({ name, description, jsonSchema }: ModelRequest['tools'][number]) => ({
  ...{ type: 'function' as const, name, description, strict: false },
  parameters: jsonSchema,
});

function choiceOf(request: ModelRequest, record: ModelRecord): NonNullable<Body['tool_choice']> {
  const name = forcedToolFor(request, record);
  if (name !== null) return { type: 'function', name };
  return request.toolChoice === 'none' ? 'none' : 'auto';
}

const formatOf = ({ contract, jsonSchema }: NonNullable<ModelRequest['answer']>) => ({
  ...{ type: 'json_schema' as const, name: contract, schema: jsonSchema, strict: true },
});

function itemsOf(message: ModelMessage, provider: string): ResponseInputItem[] {
  if (message.role === 'user') return [{ role: 'user', content: message.text }];
  if (message.role === 'tool') {
    return [{ type: 'function_call_output', call_id: message.callId, output: message.result }];
  }
  return message.blocks.flatMap((block) => ownItem(block, provider) ?? []);
}

function ownItem(block: AssistantBlock, provider: string): ResponseInputItem | null {
  if (block.type === 'text') return block.text === '' ? null : { role: 'assistant', content: block.text };
  if (block.type === 'opaque') return block.provider === provider ? opaqueItem(block.json) : null;
  return { type: 'function_call', call_id: block.id, name: block.name, arguments: sentArguments(block.arguments) };
}

/** Reasoning that did not come encrypted is not stored there either: its id would be asked for in vain. */
function opaqueItem(json: string): ResponseInputItem | null {
  const item = JSON.parse(json) as ResponseInputItem;
  return item.type === 'reasoning' && !item.encrypted_content ? null : item;
}

const errorSchema = z.looseObject({ code: z.string().nullish(), message: z.string().nullish() });
const itemSchema = z.looseObject({ type: z.string() });
const responseSchema = z.looseObject({
  status: z.string().nullish(),
  output: z.array(itemSchema).default([]),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
  error: errorSchema.nullish(),
  /** Of any shape: domain/llm/usage.ts judges it. */
  usage: z.looseObject({}).nullish().catch(null),
});
type Told = z.infer<typeof responseSchema>;
const eventSchema = z.looseObject({ type: z.string(), sequence_number: z.number().nullish() });
const doneItemSchema = z.looseObject({ output_index: z.int(), item: itemSchema });
const endSchema = z.looseObject({ response: responseSchema });
const flatErrorSchema = errorSchema.extend({ error: errorSchema.nullish() });

const ENDS: readonly string[] = ['response.completed', 'response.incomplete'];

export function createResponsesAssembly(provider: string): StreamAssembly {
  const meter = createMeter();
  const done = new Map<number, z.infer<typeof itemSchema>>();
  let sequence = -1;
  let ended: Told | null = null;

  const takeOther = (type: string, data: unknown): void => {
    if (type === 'error') {
      const { error, ...flat } = readEvent(flatErrorSchema, data, type);
      throw toldInStream([error?.code ?? flat.code], error?.message ?? flat.message ?? '');
    }
    if (type === 'response.failed') {
      const { error } = readEvent(endSchema, data, type).response;
      throw toldInStream([error?.code], error?.message ?? 'the response failed');
    }
    if (type === 'response.output_item.done') {
      const { output_index, item } = readEvent(doneItemSchema, data, type);
      if (done.has(output_index)) throw protocolFailure(`two ends of item ${output_index}`);
      meter(JSON.stringify(item));
      done.set(output_index, item);
    }
  };

  return {
    take: (data) => {
      const { type, sequence_number: number } = readEvent(eventSchema, data, 'an event');
      if (ended !== null) throw protocolFailure(`${type} after the end`);
      if (typeof number === 'number') {
        if (number <= sequence) throw protocolFailure(`event ${number} after ${sequence}`);
        sequence = number;
      }
      if (ENDS.includes(type)) ended = readEvent(endSchema, data, type).response;
      else takeOther(type, data);
    },
    reply: () => (ended === null ? null : wireReply(withItems(ended, done), provider)),
  };
}

/** Some servers that speak this format leave the last event's output empty. */
const withItems = (told: Told, done: ReadonlyMap<number, z.infer<typeof itemSchema>>): Told =>
  told.output.length > 0 ? told : { ...told, output: [...done].sort(([a], [b]) => a - b).map(([, item]) => item) };

const partSchema = z.looseObject({ type: z.string(), text: z.string().nullish(), refusal: z.string().nullish() });
const messageSchema = z.looseObject({ content: z.array(partSchema).default([]) });
const callSchema = z.looseObject({ call_id: z.string(), name: z.string(), arguments: z.string() });

function wireReply({ output, incomplete_details, usage, status }: Told, provider: string): WireReply {
  const refusals: string[] = [];
  const blocks = output.flatMap((item): AssistantBlock[] => {
    if (item.type === 'function_call') {
      const call = readEvent(callSchema, item, 'a call');
      return [{ type: 'toolCall', id: call.call_id, name: call.name, arguments: call.arguments }];
    }
    if (item.type !== 'message') return [{ type: 'opaque', provider, json: JSON.stringify(item) }];
    const { content } = readEvent(messageSchema, item, 'a message');
    refusals.push(...content.flatMap((part) => (part.type === 'refusal' ? [part.refusal ?? ''] : [])));
    return content.flatMap((part) => (part.type === 'output_text' ? [{ type: 'text', text: part.text ?? '' }] : []));
  });
  const refusal = refusals.length > 0 ? refusals.join('') : null;
  const stop = stopOf(status ?? 'completed', incomplete_details?.reason ?? null, refusal);
  return { blocks, stop, refusal, usage: usageIn(usage), native: { status, output, incomplete_details, usage } };
}

function stopOf(status: string, reason: string | null, refusal: string | null): ModelReply['stop'] {
  if (refusal !== null || reason === 'content_filter') return 'refused';
  if (status === 'incomplete' && reason === 'max_output_tokens') return 'truncated';
  if (status !== 'completed') throw protocolFailure(`the response ended ${status}: ${reason}`);
  return 'end';
}

function usageIn(usage: Told['usage']): WireReply['usage'] {
  const details = z.looseObject({}).safeParse(usage?.input_tokens_details);
  const cached = details.success ? details.data : {};
  return usageOfWhole({
    tokensIn: usage?.input_tokens,
    tokensCachedRead: cached.cached_tokens,
    tokensCachedWrite: cached.cache_write_tokens,
    tokensOut: usage?.output_tokens,
  });
}
