/** A model server that asks for the tool it is told to ask for, then answers; it keeps every body it was sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ToolCall } from '../../../schemas/llm/model-call.ts';

export type ChatServer = {
  readonly url: string;
  readonly bodies: string[];
  /** What is asked for in the case whose name is in the request, and the last word of it. */
  readonly cases: Map<string, { readonly call: ToolCall; readonly answer: string }>;
  readonly close: () => Promise<void>;
};

type Message = { readonly role: string; readonly content: unknown };

const USAGE = { prompt_tokens: 100, completion_tokens: 10 };

export async function startChatServer(): Promise<ChatServer> {
  const bodies: string[] = [];
  const cases: ChatServer['cases'] = new Map();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      bodies.push(text);
      response.setHeader('content-type', 'text/event-stream');
      response.end(events(text, cases));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    cases,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function events(text: string, cases: ChatServer['cases']): string {
  const [name = ''] = /case-[a-zA-Z]+-\d+/.exec(text) ?? [];
  const { messages } = JSON.parse(text) as { readonly messages: readonly Message[] };
  const found = cases.get(name);
  if (found === undefined) throw new Error(`no case in the request: ${text.slice(0, 200)}`);
  const { call, answer } = found;
  const isAnswered = messages.some(({ role }) => role === 'tool');
  const { id, ...named } = call;
  const wanted = { tool_calls: [{ index: 0, id, type: 'function', function: named }] };
  const delta = isAnswered ? { content: answer } : wanted;
  const chunks = [
    { choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: isAnswered ? 'stop' : 'tool_calls' }] },
    { choices: [], usage: USAGE },
  ].map((chunk) => JSON.stringify({ id: 'chat', object: 'chat.completion.chunk', ...chunk }));
  return [...chunks, '[DONE]'].map((line) => `data: ${line}\n\n`).join('');
}
