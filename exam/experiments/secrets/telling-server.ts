/**
 * A provider and a venue that refuse whoever asks and say with which key, as some do. Every second question of a model is
 * answered. It remembers what it was told.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type TellingServer = {
  readonly url: string;
  /** Headers of all requests. */
  readonly heard: () => string;
  readonly close: () => Promise<void>;
};

const RESPONSES = '/v1/responses';
const KEY_HEADERS = ['authorization', 'x-api-key', 'apca-api-secret-key', 'apca-api-key-id'];

export async function startTellingServer(symbol: string): Promise<TellingServer> {
  const heard: string[] = [];
  let questions = 0;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      heard.push(JSON.stringify(request.headers));
      const isQuestion = request.url === RESPONSES;
      if (isQuestion) questions += 1;
      if (isQuestion && questions % 2 === 0) {
        response.setHeader('content-type', 'text/event-stream').end(analysisOf(symbol));
      } else {
        response
          .writeHead(isQuestion ? 401 : 403, { 'content-type': 'application/json' })
          .end(refusalOf(request.headers));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => heard.join('\n'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusalOf(headers: IncomingHttpHeaders): string {
  const message = `Wrong key: ${KEY_HEADERS.map((name) => headers[name]).join(' ')}`;
  return JSON.stringify({ code: 40_310_000, message, error: { type: 'invalid_api_key', message } });
}

function analysisOf(symbol: string): string {
  const text = JSON.stringify({
    ...{ version: 1, symbol, summary: 'It rises.', regime: 'bull', levels: [], risks: [] },
    sentiment: { label: 'neutral', score: 0 },
    recommendations: [{ action: 'buy', confidence: 0.7, rationale: 'The trend is up.' }],
  });
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [] as object[] };
  item.content.push({ type: 'output_text', text, annotations: [] });
  const usage = { input_tokens: 100, input_tokens_details: { cached_tokens: 0 }, output_tokens: 40 };
  const response = { id: 'resp_1', object: 'response', status: 'completed', output: [item], usage };
  return [
    { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: text },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response },
  ]
    .map((event, sequence_number) => ({ ...event, sequence_number }))
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
}
