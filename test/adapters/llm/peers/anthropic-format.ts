/** The Messages format as Anthropic streams it, and as Bedrock wraps the same events into frames of its own. */
import { crc32 } from 'node:zlib';
import { bytesOf, type PeerAnswer, pieces, type WireFormat } from './model-peer.ts';

type Event = { readonly type: string; readonly [key: string]: unknown };

const STOPS = { end: 'end_turn', tools: 'tool_use', truncated: 'max_tokens', refused: 'refusal' } as const;
const THINKING = [
  { type: 'thinking_delta', thinking: 'hm' },
  { type: 'signature_delta', signature: 'c2ln' },
];

function eventsOf({ text = '', calls = [], thinking, stop = 'end', usage }: PeerAnswer): Event[] {
  const told = usage === undefined ? { in: 11, cached: 3, out: 7 } : usage;
  const begin =
    told === null ? {} : { usage: { input_tokens: told.in, cache_read_input_tokens: told.cached, output_tokens: 1 } };
  const blocks: [content: object, deltas: object[]][] = [
    ...(thinking === true ? [[{ type: 'thinking', thinking: '', signature: '' }, THINKING] as [object, object[]]] : []),
    ...(text === ''
      ? []
      : [
          [{ type: 'text', text: '' }, pieces(text).map((part) => ({ type: 'text_delta', text: part }))] as [
            object,
            object[],
          ],
        ]),
    ...calls.map(({ id, name, arguments: json }): [object, object[]] => [
      { type: 'tool_use', id, name, input: {} },
      pieces(json).map((part) => ({ type: 'input_json_delta', partial_json: part })),
    ]),
  ];
  return [
    { type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], ...begin } },
    { type: 'ping' },
    ...blocks.flatMap(([content_block, deltas], index) => [
      { type: 'content_block_start', index, content_block },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: STOPS[stop], stop_sequence: null },
      ...(told === null ? {} : { usage: { output_tokens: told.out } }),
    },
    { type: 'message_stop' },
  ];
}

const KINDS = { overloaded: 'overloaded_error', rateLimited: 'rate_limit_error' } as const;
const sse = ({ type, ...rest }: Event): Uint8Array =>
  bytesOf(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);

export const anthropicFormat: WireFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  stream: (answer) => eventsOf(answer).map(sse),
  errorEvent: (kind, message) => sse({ type: 'error', error: { type: KINDS[kind], message } }),
  event: (json) => bytesOf(`event: content_block_start\ndata: ${json}\n\n`),
};

const frame = (json: string): Uint8Array =>
  encode(
    { ':message-type': 'event', ':event-type': 'chunk', ':content-type': 'application/json' },
    JSON.stringify({ bytes: Buffer.from(json).toString('base64') }),
  );

const EXCEPTIONS = { overloaded: 'serviceUnavailableException', rateLimited: 'throttlingException' } as const;

export const bedrockFormat: WireFormat = {
  contentType: 'application/vnd.amazon.eventstream',
  stream: (answer) => eventsOf(answer).map((event) => frame(JSON.stringify(event))),
  errorEvent: (kind, message) =>
    encode(
      { ':message-type': 'exception', ':exception-type': EXCEPTIONS[kind], ':content-type': 'application/json' },
      JSON.stringify({ message }),
    ),
  event: frame,
};

/** A message of vnd.amazon.eventstream: lengths, their CRC, headers of type string (7), payload, CRC of all of it. */
function encode(headers: Readonly<Record<string, string>>, payload: string): Uint8Array {
  const heads = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + heads.length + body.length, 0);
  prelude.writeUInt32BE(heads.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, heads, body]);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(message));
  return Buffer.concat([message, tail]);
}
