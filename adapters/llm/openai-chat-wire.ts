/**
 * The Chat Completions format, as servers other than OpenAI's speak it (Ollama, vLLM, llama.cpp, Together): our request
 * as its body, and its stream as our reply. A reply is whole once a reason for the end has come and the body has ended
 * in good order: OpenAI, vLLM, Ollama and llama.cpp say `[DONE]` last, some gateways never do, and what is missing then is
 * at most the usage. `[DONE]` without a reason is no end. What a model thought is in the raw reply and nowhere else.
 */
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { z } from 'zod';
import { withoutThoughts } from '../../domain/llm/thoughts.ts';
import { usageOfWhole } from '../../domain/llm/usage.ts';
import type { AssistantBlock, ModelMessage, ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { protocolFailure } from './call-failure.ts';
import { createCallAssembly, toldCallSchema } from './chat-tool-calls.ts';
import { sentArguments } from './sent-arguments.ts';
import { forcedToolFor, temperatureFor } from './sent-options.ts';
import { toldInStream } from './stream-reply.ts';
import { createMeter, readEvent, type StreamAssembly } from './wire-reply.ts';

type Body = ChatCompletionCreateParamsStreaming;

export function chatBody(request: ModelRequest, record: ModelRecord): Body {
  const temperature = temperatureFor(request, record);
  const { tools, answer, system } = request;
  return {
    model: record.wireName ?? record.id,
    [record.outputLimitName ?? 'max_tokens']: Math.min(request.maxTokens, record.outputTokensMax),
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
      ? [
          {
            id: block.id,
            type: 'function' as const,
            function: { name: block.name, arguments: sentArguments(block.arguments) },
          },
        ]
      : [],
  );
  return { role: 'assistant', content, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

/** Some servers write what is said, and what was thought, as a list of parts. */
const contentSchema = z.union([z.string(), z.array(z.looseObject({ text: z.string().nullish() }))]).nullish();
/** Kept, and never read: another shape is none. */
const thoughtSchema = z.string().nullish().catch(null);
const choiceSchema = z.looseObject({
  index: z.int().nullish(),
  delta: z
    .looseObject({
      content: contentSchema,
      /** What it thinks, where the server tells it apart: vLLM's and Ollama's name, and DeepSeek's. */
      reasoning: thoughtSchema,
      reasoning_content: thoughtSchema,
      refusal: z.string().nullish(),
      tool_calls: z.array(toldCallSchema).nullish(),
    })
    .nullish(),
  finish_reason: z.string().nullish(),
});
const errorSchema = z.looseObject({ message: z.string().nullish() });
const chunkSchema = z.looseObject({
  object: z.string().nullish(),
  choices: z.array(choiceSchema).nullish(),
  /** Of any shape: domain/llm/usage.ts judges it. */
  usage: z.looseObject({}).nullish().catch(null),
  error: z.union([errorSchema, z.string()]).nullish(),
});

/** `eos` is Together's. */
const STOPS: Readonly<Record<string, ModelReply['stop']>> = {
  stop: 'end',
  eos: 'end',
  length: 'truncated',
  tool_calls: 'tools',
  function_call: 'tools',
  content_filter: 'refused',
};

/** Ends for which the server is to blame: vLLM's, DeepSeek's. */
const FAILURES: Readonly<Record<string, string>> = {
  abort: 'server_error',
  error: 'server_error',
  insufficient_system_resource: 'overloaded',
};

export function createChatAssembly(): StreamAssembly {
  const meter = createMeter();
  const calls = createCallAssembly();
  let text = '';
  let thoughts = '';
  let refusal: string | null = null;
  let finish: string | null = null;
  let usage: Record<string, unknown> | null = null;

  const takeCall = (told: z.infer<typeof toldCallSchema>): void => {
    meter(`${told.function?.name ?? ''}${told.function?.arguments ?? ''}`);
    calls.take(told);
  };
  const takeChoice = ({ index, delta, finish_reason }: z.infer<typeof choiceSchema>): void => {
    if ((index ?? 0) !== 0) throw protocolFailure('a second choice, which was not asked for');
    const content = textOf(delta?.content);
    const said = `${content}${delta?.refusal ?? ''}`;
    const thought = delta?.reasoning ?? delta?.reasoning_content ?? '';
    const told = delta?.tool_calls ?? [];
    if (finish !== null && (said !== '' || told.length > 0)) throw protocolFailure('more after the reason for the end');
    meter(`${said}${thought}`);
    text += content;
    thoughts += thought;
    if (delta?.refusal != null && delta.refusal !== '') refusal = `${refusal ?? ''}${delta.refusal}`;
    told.forEach(takeCall);
    if (finish_reason != null && finish_reason !== '') finish = finish_reason;
  };

  return {
    take: (data) => {
      const chunk = readEvent(chunkSchema, data, 'a chunk');
      if (chunk.error != null) throw errorIn(chunk.error);
      if (chunk.object === 'error') throw errorIn(errorSchema.parse(chunk));
      if (chunk.choices == null && chunk.usage == null) throw protocolFailure('a chunk without choices');
      chunk.choices?.forEach(takeChoice);
      usage = chunk.usage ?? usage;
    },
    reply: () => {
      if (finish === null) return null;
      const failed = FAILURES[finish];
      if (failed !== undefined) throw toldInStream([failed], `finish_reason ${finish}`);
      const stop = refusal === null ? STOPS[finish] : 'refused';
      if (stop === undefined) throw protocolFailure(`finish_reason ${finish}`);
      const called = calls.calls();
      const answer = withoutThoughts(text);
      const blocks: AssistantBlock[] = [
        ...(answer === '' ? [] : [{ type: 'text' as const, text: answer }]),
        ...called.map((call) => ({ type: 'toolCall' as const, ...call })),
      ];
      const native = { content: text, reasoning: thoughts, refusal, tool_calls: called, finish_reason: finish, usage };
      return { blocks, stop, refusal, usage: usageIn(usage), native };
    },
  };
}

/** Parts without a text are what the model thought. */
const textOf = (content: z.infer<typeof contentSchema>): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');

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
