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
