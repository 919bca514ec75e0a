/** An answer as each of the four wire formats streams it: what a model server of the exam sends. */
import { crc32 } from 'node:zlib';
import type { ToolCall } from '../../../schemas/llm/model-call.ts';

export const FAMILIES = ['anthropicMessages', 'openaiResponses', 'openaiChat', 'bedrockMessages'] as const;
export type Family = (typeof FAMILIES)[number];

export type Said = {
  readonly text: string;
  readonly stop?: 'end' | 'tools' | 'truncated' | 'refused';
  readonly calls?: readonly ToolCall[];
  /** Counts as they are told, whatever they are; null: none are. */
  readonly usage?: { readonly in: unknown; readonly out: unknown } | null;
};

export const CONTENT_TYPES: Readonly<Record<Family, string>> = {
  anthropicMessages: 'text/event-stream; charset=utf-8',
  openaiResponses: 'text/event-stream',
  openaiChat: 'text/event-stream',
  bedrockMessages: 'application/vnd.amazon.eventstream',
};

export function streamOf(family: Family, said: Said): Buffer {
  if (family === 'openaiChat') return sse([...chatChunks(said), '[DONE]']);
  if (family === 'openaiResponses') return sse(responseEvents(said));
  const events = messageEvents(said).map((one) => JSON.stringify(one));
  return family === 'bedrockMessages' ? Buffer.concat(events.map(frameOf)) : sse(events);
}

/** One event of the format with this JSON in it. */
export const eventOf = (family: Family, json: string): Buffer =>
  family === 'bedrockMessages' ? frameOf(json) : sse([json]);

const sse = (events: readonly string[]): Buffer => Buffer.from(events.map((one) => `data: ${one}\n\n`).join(''));

const USAGE = { in: 100, out: 10 };
const STOPS = { end: 'end_turn', tools: 'tool_use', truncated: 'max_tokens', refused: 'refusal' } as const;

function messageEvents({ text, stop = 'end', calls = [], usage = USAGE }: Said): object[] {
  const blocks = [
    [
      { type: 'text', text: '' },
      { type: 'text_delta', text },
    ] as const,
    ...calls.map(({ id, name, arguments: json }) => [
      { type: 'tool_use', id, name, input: {} },
      { type: 'input_json_delta', partial_json: json },
    ]),
  ];
  return [
    { type: 'message_start', message: { role: 'assistant', ...(usage && { usage: { input_tokens: usage.in } }) } },
    ...blocks.flatMap(([content_block, delta], index) => [
      { type: 'content_block_start', index, content_block },
      { type: 'content_block_delta', index, delta },
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: STOPS[stop] },
      ...(usage && { usage: { output_tokens: usage.out } }),
    },
    { type: 'message_stop' },
  ];
}

function responseEvents({ text, stop = 'end', calls = [], usage = USAGE }: Said): string[] {
  const part = stop === 'refused' ? { type: 'refusal', refusal: text } : { type: 'output_text', text };
  const output = [
    { type: 'message', role: 'assistant', content: [part] },
    ...calls.map(({ id, ...call }) => ({ type: 'function_call', call_id: id, ...call })),
  ];
  const isCut = stop === 'truncated';
  const response = {
    ...{ status: isCut ? 'incomplete' : 'completed', output },
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    ...(usage && { usage: { input_tokens: usage.in, output_tokens: usage.out } }),
  };
  const type = `response.${response.status}`;
  return [
    { type: 'response.created', response: { output: [] } },
    { type, response },
  ].map((one) => JSON.stringify(one));
}

const FINISHES = { end: 'stop', tools: 'tool_calls', truncated: 'length', refused: 'content_filter' } as const;

function chatChunks({ text, stop = 'end', calls = [], usage = USAGE }: Said): string[] {
  const tool_calls = calls.map(({ id, ...call }, index) => ({ index, id, type: 'function', function: call }));
  const delta = {
    ...(stop === 'refused' ? { refusal: text } : { content: text }),
    ...(calls.length > 0 && { tool_calls }),
  };
  return [
    { choices: [{ index: 0, delta, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: FINISHES[stop] }] },
    ...(usage ? [{ choices: [], usage: { prompt_tokens: usage.in, completion_tokens: usage.out } }] : []),
  ].map((one) => JSON.stringify(one));
}

/** A message of vnd.amazon.eventstream: lengths, their CRC, headers of type string (7), payload, CRC of all of it. */
function frameOf(json: string): Buffer {
  const header = (name: string, value: string): Buffer =>
    Buffer.from(`${String.fromCharCode(name.length)}${name}\u0007\u0000${String.fromCharCode(value.length)}${value}`);
  const heads = Buffer.concat([header(':message-type', 'event'), header(':event-type', 'chunk')]);
  const payload = Buffer.from(JSON.stringify({ bytes: Buffer.from(json).toString('base64') }));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + heads.length + payload.length, 0);
  prelude.writeUInt32BE(heads.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, heads, payload]);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(message));
  return Buffer.concat([message, tail]);
}
