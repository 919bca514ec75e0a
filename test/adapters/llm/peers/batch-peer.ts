/**
 * Both vendors' batches on loopback: Anthropic's Message Batches and OpenAI's files and batches, with their real paths,
 * bodies and JSON lines. A batch ends when the test says so; every request is kept.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Item = { readonly custom_id: string; readonly params?: { readonly model: string }; readonly url?: string };
type Batch = {
  readonly id: string;
  readonly vendor: 'anthropic' | 'openai';
  readonly items: readonly Item[];
  ended: boolean;
};
type Told = Record<string, unknown>;

export type BatchPeer = {
  readonly url: string;
  /** Batches that were made, in order. */
  readonly batches: (Batch & { readonly metadata?: Told })[];
  readonly requests: string[];
  /** What the item is answered with; null: an error of the vendor's. */
  answer: (item: Item) => string | null;
  /** Status of the next hand-over; 0: it is taken and the connection is cut before a word. */
  next: number;
  readonly end: () => void;
  readonly close: () => Promise<void>;
};

const json = (response: ServerResponse, body: object): void => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
};

export async function startBatchPeer(): Promise<BatchPeer> {
  const files = new Map<string, Item[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      serve(`${request.method} ${request.url}`, Buffer.concat(chunks).toString('utf8'), response),
    );
  });
  const take = (batch: BatchPeer['batches'][number], told: object, response: ServerResponse): void => {
    const status = peer.next;
    peer.next = 200;
    if (status >= 400) {
      const error = { type: 'overloaded_error', message: 'busy' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ type: 'error', error }));
      return;
    }
    peer.batches.push(batch);
    if (status === 0) response.destroy();
    else json(response, told);
  };
  const serve = (line: string, text: string, response: ServerResponse): unknown => {
    peer.requests.push(line);
    const [, path = ''] = line.split(' ');
    const id = `batch_${peer.batches.length + 1}`;
    if (line === 'POST /v1/messages/batches') {
      const { requests } = JSON.parse(text) as { requests: Item[] };
      const batch: Batch = { id, vendor: 'anthropic', items: requests, ended: false };
      return take(batch, anthropicBatch(batch), response);
    }
    if (line === 'POST /v1/files') {
      const lines = text.split('\r\n').filter((one) => one.startsWith('{'));
      files.set(
        `file_${files.size + 1}`,
        lines.flatMap((one) => one.split('\n')).map((one) => JSON.parse(one) as Item),
      );
      return json(response, { id: `file_${files.size}`, purpose: /name="purpose"\r\n\r\n(\w+)/.exec(text)?.[1] });
    }
    if (line === 'POST /v1/batches') {
      const { input_file_id, metadata } = JSON.parse(text) as { input_file_id: string; metadata: Told };
      const batch = { id, vendor: 'openai' as const, items: files.get(input_file_id) ?? [], ended: false, metadata };
      return take(batch, openaiBatch(batch), response);
    }
    if (path.startsWith('/v1/messages/batches?')) {
      return json(response, { data: peer.batches.map(anthropicBatch), has_more: false });
    }
    if (path.startsWith('/v1/batches?'))
      return json(response, { data: peer.batches.map(openaiBatch), has_more: false });
    const found = peer.batches.find((one) => path.includes(one.id));
    if (found === undefined) return response.writeHead(404).end('{}');
    if (path.endsWith('/results')) return response.end(found.items.map((item) => anthropicLine(item, peer)).join(''));
    if (path.endsWith('/content')) return response.end(found.items.map((item) => openaiLine(item, peer)).join(''));
    return json(response, found.vendor === 'anthropic' ? anthropicBatch(found) : openaiBatch(found));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const peer: BatchPeer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches: [],
    requests: [],
    answer: () => 'hello',
    next: 200,
    end: () => {
      for (const batch of peer.batches) batch.ended = true;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

const anthropicBatch = ({ id, items, ended }: Batch): Told => ({
  ...{ id, type: 'message_batch', processing_status: ended ? 'ended' : 'in_progress' },
  ...{ created_at: new Date().toISOString(), results_url: ended ? `http://elsewhere.test/${id}/results` : null },
  request_counts: {
    ...{ processing: ended ? 0 : items.length, succeeded: ended ? items.length : 0 },
    ...{ errored: 0, canceled: 0, expired: 0 },
  },
});

const openaiBatch = ({ id, ended, metadata }: Batch & { readonly metadata?: Told }): Told => ({
  ...{ id, object: 'batch', status: ended ? 'completed' : 'in_progress', endpoint: '/v1/responses' },
  ...{ output_file_id: ended ? `file_of_${id}` : null, error_file_id: null, metadata: metadata ?? null },
});

function anthropicLine(item: Item, { answer }: BatchPeer): string {
  const text = answer(item);
  const message = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: item.params?.model, stop_reason: 'end_turn' },
    ...{ content: [{ type: 'text', text }], usage: { input_tokens: 1_000, output_tokens: 100 } },
  };
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
  const result = text === null ? { type: 'errored', error } : { type: 'succeeded', message };
  return `${JSON.stringify({ custom_id: item.custom_id, result })}\n`;
}

function openaiLine(item: Item, { answer }: BatchPeer): string {
  const text = answer(item);
  const part = { type: 'output_text', text, annotations: [] };
  const output = [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [part] }];
  const usage = { input_tokens: 1_000, input_tokens_details: { cached_tokens: 0 }, output_tokens: 100 };
  const body = { id: 'resp_1', object: 'response', status: 'completed', output, usage };
  const failed = { status_code: 429, body: { error: { code: 'rate_limit_exceeded', message: 'busy' } } };
  const response = text === null ? failed : { status_code: 200, request_id: 'r', body };
  return `${JSON.stringify({ id: 'line', custom_id: item.custom_id, response, error: null })}\n`;
}
