/** A server on loopback that speaks Chat Completions as a stream, and says what an exam has it say. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Said = { readonly content: string } | { readonly tool_calls: readonly object[] };

export type ChatServer = {
  readonly url: string;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

const USAGE = { prompt_tokens: 100, completion_tokens: 10 };

/** `answer` gets the body of each request. */
export async function startChatServer(answer: (body: string) => Said): Promise<ChatServer> {
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests += 1;
      response.setHeader('content-type', 'text/event-stream');
      response.end(eventsOf(answer(Buffer.concat(chunks).toString('utf8'))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function eventsOf(said: Said): string {
  const chunks = [
    { choices: [{ index: 0, delta: { role: 'assistant', ...said }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'content' in said ? 'stop' : 'tool_calls' }] },
    { choices: [], usage: USAGE },
  ].map((chunk) => JSON.stringify({ id: 'chat', object: 'chat.completion.chunk', ...chunk }));
  return [...chunks, '[DONE]'].map((line) => `data: ${line}\n\n`).join('');
}
