/**
 * A request as the body of Anthropic's Messages API, which Bedrock speaks too. Thinking blocks are bound to their
 * conversation and go back as they came; those of another provider are left out.
 */
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { AssistantBlock, ModelMessage, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { argumentsObject } from './sent-arguments.ts';
import { forcedToolFor, temperatureFor } from './sent-options.ts';

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

/** A text block of white space says nothing, and the API refuses it. */
function ownBlock(block: AssistantBlock, provider: string): Block | null {
  if (block.type === 'text') return block.text.trim() === '' ? null : { type: 'text', text: block.text };
  if (block.type === 'opaque') return block.provider === provider ? (JSON.parse(block.json) as Block) : null;
  return { type: 'tool_use', id: block.id, name: block.name, input: argumentsObject(block.arguments) ?? {} };
}
