/** However the network cuts a stream, the reply is the same: 100,000 cuts, at any byte, of streams of every format. */
import { describe, expect, it } from 'vitest';
import { createAnthropicAssembly } from '../../../adapters/llm/anthropic-wire.ts';
import { createChatAssembly } from '../../../adapters/llm/openai-chat-wire.ts';
import { createResponsesAssembly } from '../../../adapters/llm/openai-responses-wire.ts';
import { createStreamFeed } from '../../../adapters/llm/stream-reply.ts';
import type { StreamAssembly, WireReply } from '../../../adapters/llm/wire-reply.ts';
import { anthropicFormat } from './peers/anthropic-format.ts';
import type { PeerAnswer, WireFormat } from './peers/model-peer.ts';
import { chatFormat, responsesFormat } from './peers/openai-formats.ts';

const SPLITS = 100_000;
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

/** A small generator with a fixed seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function read(bytes: Uint8Array, cuts: readonly number[], assembly: StreamAssembly): WireReply {
  const feed = createStreamFeed(assembly);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    feed.push(bytes.subarray(from, cut));
    from = cut;
  }
  return feed.end();
}

const joined = (format: WireFormat, lineEnd: string): Uint8Array =>
  Buffer.from(
    Buffer.concat([...format.stream(ANSWER)])
      .toString('utf8')
      .replaceAll('\n', lineEnd),
  );

describe('a stream that is cut anywhere', () => {
  it.each(FORMATS)('reads the same: %s', (_name, format, create) => {
    const random = seeded(7);
    const streams = ['\n', '\r\n', '\r'].map((lineEnd) => joined(format, lineEnd));
    const whole = JSON.stringify(read(streams[0] ?? new Uint8Array(), [], create()));
    expect(whole).toContain('é€😀');
    let unequal = 0;
    for (let split = 0; split < Math.ceil(SPLITS / FORMATS.length); split += 1) {
      const bytes = streams[split % streams.length] ?? new Uint8Array();
      const count = 1 + Math.floor(random() * 6);
      const cuts = Array.from({ length: count }, () => Math.floor(random() * bytes.length)).sort((a, b) => a - b);
      if (JSON.stringify(read(bytes, cuts, create())) !== whole) unequal += 1;
    }
    expect(unequal).toBe(0);
  });

  it.each(FORMATS)('reads the same byte by byte: %s', (_name, format, create) => {
    const bytes = joined(format, '\n');
    const every = Array.from({ length: bytes.length }, (_, index) => index);
    expect(read(bytes, every, create())).toEqual(read(bytes, [], create()));
  });
});
