/** A local server that speaks Chat Completions and answers each request by what is in it; it keeps every body. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PeerAnswer } from '../adapters/llm/peers/model-peer.ts';
import { chatFormat } from '../adapters/llm/peers/openai-formats.ts';

export type ChatRequest = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
};

export type ChatPeer = {
  readonly url: string;
  readonly bodies: string[];
  answer: (request: ChatRequest, count: number) => PeerAnswer | Promise<PeerAnswer>;
  readonly close: () => Promise<void>;
};

/** One of a registry: a micro-USD a token, whatever it is. */
export const chatModel = (id: string, change: object = {}): object => ({
  ...{ id, provider: 'peer', tier: 'local', apiFamily: 'openaiChat', contextTokens: 32_768 },
  ...{ outputTokensMax: 8_192, acceptsTemperature: true, acceptsForcedTools: false, knowledgeCutoff: '2024-06-30' },
  prices: {
    ...{ inMicroUsdPerMTok: 1_000_000, outMicroUsdPerMTok: 1_000_000, cacheReadMicroUsdPerMTok: 1_000_000 },
    ...{ cacheWriteMicroUsdPerMTok: null, asOf: '2026-11-01' },
  },
  ...{ minDelayMs: 0, requestsPerMinute: 6_000, totalTimeoutMs: 30_000, idleTimeoutMs: 30_000 },
  ...change,
});

/** Whether it is asked what could go wrong with a proposal. */
export const isAssessment = ({ messages }: ChatRequest): boolean =>
  String(messages[0]?.content).includes('contract "riskAssessment"');

export async function startChatPeer(): Promise<ChatPeer> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void serve(Buffer.concat(chunks).toString('utf8'), response));
  });
  const serve = async (text: string, response: ServerResponse): Promise<void> => {
    bodies.push(text);
    const answer = await peer.answer(JSON.parse(text) as ChatRequest, bodies.length);
    response.setHeader('content-type', chatFormat.contentType);
    for (const bytes of chatFormat.stream(answer)) response.write(bytes);
    response.end();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const peer: ChatPeer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    answer: () => ({ text: '{}' }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}
