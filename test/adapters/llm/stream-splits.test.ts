/**
 * However the network cuts a stream, the reply is the same. The one part that knows of pieces, the reader of events,
 * gets 100,000 cuttings of streams of every format; some go the whole way to a reply, Bedrock's frames among them.
 */
import { eventStreamToSSEResponse } from '@anthropic-ai/bedrock-sdk/core/streaming';
import { describe, expect, it } from 'vitest';
import { createEventReader } from '../../../adapters/http/server-sent-events.ts';
import { createAnthropicAssembly } from '../../../adapters/llm/anthropic-assembly.ts';
import { createChatAssembly } from '../../../adapters/llm/openai-chat-wire.ts';
import { createResponsesAssembly } from '../../../adapters/llm/openai-responses-wire.ts';
import { createStreamFeed, EVENT_LENGTH_MAX, readStream } from '../../../adapters/llm/stream-reply.ts';
import type { StreamAssembly, WireReply } from '../../../adapters/llm/wire-reply.ts';
import { createRandom } from '../../../domain/market/random.ts';
import { anthropicFormat, bedrockFormat } from './peers/anthropic-format.ts';
import type { PeerAnswer, WireFormat } from './peers/model-peer.ts';
import { chatFormat, responsesFormat } from './peers/openai-formats.ts';

const SPLITS = 100_000;
const SPLITS_TO_A_REPLY = 1_000;
const SPLITS_OF_FRAMES = 400;
const CUTS_MAX = 6;
const ANSWER: PeerAnswer = {
  text: '{"a":"é€😀 \\n data: x"}',
  calls: [{ id: 'call_1', name: 'get_market_features', arguments: '{"symbol":"BTC/USDT","ä":"𝄞"}' }],
  stop: 'tools',
};
const FORMATS: readonly [string, WireFormat, () => StreamAssembly][] = [
  ['anthropicMessages', anthropicFormat, () => createAnthropicAssembly('anthropic')],
  ['openaiResponses', responsesFormat, () => createResponsesAssembly('openai')],
  ['openaiChat', chatFormat, () => createChatAssembly()],
];

const whole = (format: WireFormat): Buffer => Buffer.concat([...format.stream(ANSWER)]);
const withLineEnds = (format: WireFormat, lineEnd: string): Buffer =>
  Buffer.from(whole(format).toString('utf8').replaceAll('\n', lineEnd));
const streamsOf = (format: WireFormat): Buffer[] => ['\n', '\r\n', '\r'].map((end) => withLineEnds(format, end));

/** Places inside a sign of several bytes, inside `data:`, and between \r and \n. */
function tenderPlaces(bytes: Buffer): number[] {
  const fields = [...bytes.toString('latin1').matchAll(/data:/g)].flatMap(({ index }) =>
    [1, 2, 3, 4, 5].map((n) => index + n),
  );
  const signs = [...bytes.keys()].filter((at) => ((bytes[at] ?? 0) & 0xc0) === 0x80);
  const ends = [...bytes.keys()].filter((at) => bytes[at - 1] === 0x0d && bytes[at] === 0x0a);
  return [...fields, ...signs, ...ends];
}

type Cutter = () => Buffer[];

/** Cuts a stream anew each time: half of the cuts anywhere, the others where it hurts; pieces may be empty. */
function cutterOf(bytes: Buffer, random: () => number): Cutter {
  const tender = tenderPlaces(bytes);
  const below = (count: number): number => Math.floor(random() * count);
  const place = (): number => (below(2) === 0 ? (tender[below(tender.length)] ?? 0) : below(bytes.length + 1));
  return () => {
    const cuts = Array.from({ length: 1 + below(CUTS_MAX) }, place).sort((a, b) => a - b);
    return [...cuts, bytes.length].map((cut, index) => bytes.subarray(index === 0 ? 0 : cuts[index - 1], cut));
  };
}

function eventsIn(pieces: readonly Uint8Array[]): string {
  const reader = createEventReader(EVENT_LENGTH_MAX);
  let read = '';
  for (const piece of pieces) for (const { event, data } of reader.push(piece)) read += `${event} ${data}\n`;
  return read + String(reader.end());
}

function replyIn(pieces: readonly Uint8Array[], assembly: StreamAssembly): WireReply {
  const feed = createStreamFeed(assembly);
  for (const piece of pieces) feed.push(piece);
  return feed.end();
}

/** How many of `count` cuttings read otherwise than `expected`. */
function unequal(
  count: number,
  streams: readonly Buffer[],
  read: (pieces: Buffer[]) => string,
  expected: string,
): number {
  const { uniform } = createRandom('stream splits');
  const cutters = streams.map((bytes) => cutterOf(bytes, uniform));
  let wrong = 0;
  for (let split = 0; split < count; split += 1) {
    const pieces = cutters[split % cutters.length]?.() ?? [];
    if (read(pieces) !== expected) wrong += 1;
  }
  return wrong;
}

describe('a stream that is cut anywhere', () => {
  it.each(FORMATS)('brings the same events: %s', (_name, format) => {
    const expected = eventsIn([whole(format)]);
    expect(expected).toMatch(/get_market_features[\s\S]*null$/);
    const count = Math.ceil(SPLITS / FORMATS.length);
    expect(unequal(count, streamsOf(format), eventsIn, expected)).toBe(0);
  });

  it.each(FORMATS)('reads as the same reply: %s', (_name, format, create) => {
    const read = (pieces: readonly Uint8Array[]): string => JSON.stringify(replyIn(pieces, create()));
    const expected = read([whole(format)]);
    expect(expected).toContain('é€😀');
    expect(unequal(SPLITS_TO_A_REPLY, streamsOf(format), read, expected)).toBe(0);
  });

  it.each(FORMATS)('reads the same byte by byte: %s', (_name, format, create) => {
    const bytes = whole(format);
    const every = [...bytes.keys()].map((at) => bytes.subarray(at, at + 1));
    expect(replyIn(every, create())).toEqual(replyIn([bytes], create()));
  });

  it('reads as the same reply: bedrockMessages, in frames', async () => {
    const bytes = whole(bedrockFormat);
    const cut = cutterOf(bytes, createRandom('frames').uniform);
    const expected = replyIn([whole(anthropicFormat)], createAnthropicAssembly('bedrock'));
    for (let split = 0; split < SPLITS_OF_FRAMES; split += 1) {
      expect(await framesRead(cut())).toEqual(expected);
    }
    const every = [...bytes.keys()].map((at) => bytes.subarray(at, at + 1));
    expect(await framesRead(every)).toEqual(expected);
  });
});

/** As the package of Bedrock unwraps them on the way to our reader. */
function framesRead(pieces: readonly Buffer[]): Promise<WireReply> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) if (piece.length > 0) controller.enqueue(new Uint8Array(piece));
      controller.close();
    },
  });
  const response = new Response(body, { headers: { 'content-type': bedrockFormat.contentType } });
  return readStream(eventStreamToSSEResponse(response), createAnthropicAssembly('bedrock'));
}
