/**
 * The two formats of OpenAI: Responses, whose last event repeats the whole, and Chat Completions, which ends in [DONE].
 */
import { bytesOf, type PeerAnswer, pieces, type WireFormat } from './model-peer.ts';

const DEFAULT_USAGE = { in: 11, cached: 3, out: 7 } as const;
const CODES = { overloaded: 'server_overloaded', rateLimited: 'rate_limit_exceeded' } as const;

function itemsOf({ text = '', calls = [], thinking, stop }: PeerAnswer): object[] {
  const part = stop === 'refused' ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [] };
  return [
    ...(thinking === true ? [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'b3BhcXVl' }] : []),
    ...(text === '' ? [] : [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [part] }]),
    ...calls.map(({ id, name, arguments: json }, index) => ({
      ...{ type: 'function_call', id: `fc_${index}`, call_id: id, name, arguments: json, status: 'completed' },
    })),
  ];
}

function responseEvents(answer: PeerAnswer): object[] {
  const { text = '', stop = 'end', usage = DEFAULT_USAGE } = answer;
  const output = itemsOf(answer);
  const status = stop === 'truncated' ? 'incomplete' : 'completed';
  const told =
    usage === null
      ? {}
      : {
          usage: {
            input_tokens: usage.in + usage.cached,
            input_tokens_details: { cached_tokens: usage.cached },
            output_tokens: usage.out,
          },
        };
  const response = {
    ...{ id: 'resp_1', object: 'response', status, output, ...told },
    incomplete_details: stop === 'truncated' ? { reason: 'max_output_tokens' } : null,
  };
  return [
    { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
    ...pieces(text).map((delta) => ({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta })),
    ...output.map((item, index) => ({ type: 'response.output_item.done', output_index: index, item })),
    { type: `response.${status}`, response },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}

const named = (event: object): Uint8Array =>
  bytesOf(`event: ${'type' in event ? String(event.type) : ''}\ndata: ${JSON.stringify(event)}\n\n`);

export const responsesFormat: WireFormat = {
  contentType: 'text/event-stream',
  stream: (answer) => responseEvents(answer).map(named),
  errorEvent: (kind, message) => named({ type: 'error', code: CODES[kind], message, param: null, sequence_number: 1 }),
  event: (json) => bytesOf(`data: ${json}\n\n`),
};

const FINISH = { end: 'stop', tools: 'tool_calls', truncated: 'length', refused: 'stop' } as const;

function chunksOf({ text = '', calls = [], stop = 'end', usage = DEFAULT_USAGE }: PeerAnswer): object[] {
  const field = stop === 'refused' ? 'refusal' : 'content';
  const deltas = [
    { role: 'assistant', content: '' },
    ...pieces(text).map((part) => ({ [field]: part })),
    ...calls.flatMap(({ id, name, arguments: json }, index) => [
      { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
      ...pieces(json).map((part) => ({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]),
  ];
  const told =
    usage === null
      ? []
      : [
          {
            choices: [],
            usage: {
              prompt_tokens: usage.in + usage.cached,
              prompt_tokens_details: { cached_tokens: usage.cached },
              completion_tokens: usage.out,
            },
          },
        ];
  return [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: FINISH[stop] }] },
    ...told,
  ].map((chunk) => ({ id: 'chatcmpl-1', object: 'chat.completion.chunk', ...chunk }));
}

const data = (text: string): Uint8Array => bytesOf(`data: ${text}\n\n`);

export const chatFormat: WireFormat = {
  contentType: 'text/event-stream',
  stream: (answer) => [...chunksOf(answer).map((chunk) => data(JSON.stringify(chunk))), data('[DONE]')],
  errorEvent: (kind, message) => data(JSON.stringify({ error: { type: CODES[kind], code: null, message } })),
  event: data,
};
