/**
 * A process that speaks Chat Completions as a stream, counts what it is asked, and bills every request with exactly the
 * tokens it was allowed. One line on stdout when it listens; `GET /count` tells the requests so far, `POST /reset` forgets.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** From nothing to 3.75 s, in turn: a kill every two seconds meets calls that are open. */
const THINKS_MS = 250;
const THINKS_STEPS = 16;
const ANSWER = {
  version: 1,
  symbol: 'BTC/USDT',
  action: 'hold',
  confidence: 0.5,
  rationale: 'Nothing speaks for a trade.',
  riskLevel: 'low',
  warnings: [],
};

let requests = 0;
const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/count') return void response.end(JSON.stringify({ requests }));
  if (request.url === '/reset') {
    requests = 0;
    return void response.end('{}');
  }
  if (request.method !== 'POST') return void response.writeHead(404).end();
  requests += 1;
  const thinksMs = THINKS_MS * (requests % THINKS_STEPS);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    model: string;
    max_tokens?: number;
    max_completion_tokens?: number;
  };
  setTimeout(() => stream(response, body.model, body.max_completion_tokens ?? body.max_tokens ?? 0), thinksMs);
}

function stream(response: ServerResponse, model: string, tokens: number): void {
  const base = { id: 'chat-1', object: 'chat.completion.chunk', created: 1, model };
  const usage = { prompt_tokens: 0, completion_tokens: tokens, total_tokens: tokens };
  const events = [
    { ...base, choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
    { ...base, choices: [{ index: 0, delta: { content: JSON.stringify(ANSWER) }, finish_reason: null }] },
    { ...base, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { ...base, choices: [], usage },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')}data: [DONE]\n\n`);
}
