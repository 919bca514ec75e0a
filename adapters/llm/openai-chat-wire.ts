/**
 * The Chat Completions format, as servers other than OpenAI's speak it (Ollama, vLLM, llama.cpp, Together): our request
 * as its body, and its stream as our reply. Its last event is `[DONE]`, after a reason for the end.
 */
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { z } from 'zod';
import { usageOfWhole } from '../../domain/llm/usage.ts';
import type { AssistantBlock, ModelMessage, ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { protocolFailure } from './call-failure.ts';
import { forcedToolFor, temperatureFor } from './sent-options.ts';
import { toldInStream } from './stream-reply.ts';
import { createMeter, readEvent, type StreamAssembly } from './wire-reply.ts';

type Body = ChatCompletionCreateParamsStreaming;

export function chatBody(request: ModelRequest, record: ModelRecord): Body {
  const temperature = temperatureFor(request, record);
  const { tools, answer, system } = request;
  return {
    model: record.wireName ?? record.id,
    max_tokens: Math.min(request.maxTokens, record.outputTokensMax),
    stream: true,
    stream_options: { include_usage: true },
    messages: [...(system === '' ? [] : [{ role: 'system' as const, content: system }]), ...messagesOf(request)],
    ...(temperature === null ? {} : { temperature }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf), tool_choice: choiceOf(request, record) }),
    ...(answer === null ? {} : { response_format: formatOf(answer) }),
  };
}

const toolOf = ({ name, description, jsonSchema }: ModelRequest['tools'][number]) => ({
  type: 'function' as const,
  function: { name, description, parameters: jsonSchema },
});

function choiceOf(request: ModelRequest, record: ModelRecord): NonNullable<Body['tool_choice']> {
  const name = forcedToolFor(request, record);
  if (name !== null) return { type: 'function', function: { name } };
  return request.toolChoice === 'none' ? 'none' : 'auto';
}

const formatOf = ({ contract, jsonSchema }: NonNullable<ModelRequest['answer']>) => ({
  type: 'json_schema' as const,
  json_schema: { name: contract, schema: jsonSchema, strict: true },
});

const messagesOf = ({ messages }: ModelRequest): ChatCompletionMessageParam[] => messages.map(messageOf);

function messageOf(message: ModelMessage): ChatCompletionMessageParam {
  if (message.role === 'user') return { role: 'user', content: message.text };
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.result };
  const content = message.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = message.blocks.flatMap((block) =>
    block.type === 'toolCall'
      ? [{ id: block.id, type: 'function' as const, function: { name: block.name, arguments: block.arguments } }]
      : [],
  );
  return { role: 'assistant', content, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

const callSchema = z.looseObject({
  index: z.int().nullish(),
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
const choiceSchema = z.looseObject({
  index: z.int().nullish(),
  delta: z
    .looseObject({
      content: z.string().nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(callSchema).nullish(),
    })
    .nullish(),
  finish_reason: z.string().nullish(),
});
const errorSchema = z.looseObject({ message: z.string().nullish() });
const chunkSchema = z.looseObject({
  choices: z.array(choiceSchema).nullish(),
  usage: z.looseObject({}).nullish(),
  error: z.union([errorSchema, z.string()]).nullish(),
});

const STOPS: Readonly<Record<string, ModelReply['stop']>> = {
  stop: 'end',
  length: 'truncated',
  tool_calls: 'tools',
  function_call: 'tools',
  content_filter: 'refused',
};

type Call = { id: string; name: string; arguments: string };

export function createChatAssembly(): StreamAssembly {
  const meter = createMeter();
  const calls = new Map<number, Call>();
  let text = '';
  let refusal: string | null = null;
  let finish: string | null = null;
  let usage: Record<string, unknown> | null = null;

  const takeCall = ({ index, id, function: told }: z.infer<typeof callSchema>): void => {
    const at = index ?? (id == null ? Math.max(0, calls.size - 1) : calls.size);
    const call = calls.get(at) ?? { id: `call_${at}`, name: '', arguments: '' };
    meter(`${told?.name ?? ''}${told?.arguments ?? ''}`);
    calls.set(at, {
      id: id == null || id === '' ? call.id : id,
      name: `${call.name}${told?.name ?? ''}`,
      arguments: `${call.arguments}${told?.arguments ?? ''}`,
    });
  };
  const takeChoice = ({ index, delta, finish_reason }: z.infer<typeof choiceSchema>): void => {
    if ((index ?? 0) !== 0) throw protocolFailure('a second choice, which was not asked for');
    const said = `${delta?.content ?? ''}${delta?.refusal ?? ''}`;
    const calls = delta?.tool_calls ?? [];
    if (finish !== null && (said !== '' || calls.length > 0))
      throw protocolFailure('more after the reason for the end');
    meter(said);
    text += delta?.content ?? '';
    if (delta?.refusal != null && delta.refusal !== '') refusal = `${refusal ?? ''}${delta.refusal}`;
    calls.forEach(takeCall);
    finish = finish_reason ?? finish;
  };

  return {
    take: (data) => {
      const chunk = readEvent(chunkSchema, data, 'a chunk');
      if (chunk.error != null) throw errorIn(chunk.error);
      if (chunk.choices == null && chunk.usage == null) throw protocolFailure('a chunk without choices');
      chunk.choices?.forEach(takeChoice);
      usage = chunk.usage ?? usage;
    },
    reply: () => {
      if (finish === null) return null;
      const stop = refusal === null ? STOPS[finish] : 'refused';
      if (stop === undefined) throw protocolFailure(`finish_reason ${finish}`);
      const ordered = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
      const blocks: AssistantBlock[] = [
        ...(text === '' ? [] : [{ type: 'text' as const, text }]),
        ...ordered.map((call) => ({ type: 'toolCall' as const, ...call, arguments: call.arguments || '{}' })),
      ];
      const native = { content: text, refusal, tool_calls: ordered, finish_reason: finish, usage };
      return { blocks, stop, refusal, usage: usageIn(usage), native };
    },
  };
}

function errorIn(error: z.infer<typeof errorSchema> | string): Error {
  if (typeof error === 'string') return toldInStream([], error);
  const kinds = [error.type, error.code].map((one) => (one == null ? null : String(one)));
  return toldInStream(kinds, error.message ?? '');
}

function usageIn(usage: Record<string, unknown> | null) {
  const details = z.looseObject({}).safeParse(usage?.prompt_tokens_details);
  const cached = details.success ? details.data : {};
  return usageOfWhole({
    tokensIn: usage?.prompt_tokens,
    tokensCachedRead: cached.cached_tokens,
    tokensCachedWrite: cached.cache_write_tokens,
    tokensOut: usage?.completion_tokens,
  });
}
