/** A server in place of Alpaca that answers as a test says and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alpacaPaperConfig } from '../../../adapters/broker/alpaca/alpaca-config.ts';
import { type AlpacaParts, createAlpacaPaper } from '../../../adapters/broker/alpaca/alpaca-venue.ts';
import type { AlpacaSettings } from '../../../schemas/alpaca-settings.ts';

export const PAPER_HOST = 'https://paper-api.alpaca.markets';
export const LIVE_HOST = 'https://api.alpaca.markets';

export const settingsOf = (changes: Partial<AlpacaSettings> = {}): AlpacaSettings => ({
  paperKey: 'PKVENUE:venue-secret',
  paperUrl: PAPER_HOST,
  liveKey: null,
  liveUrl: LIVE_HOST,
  ...changes,
});

export type Seen = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type Peer = { readonly url: string; readonly seen: Seen[]; readonly close: () => void };
export const peers: Peer[] = [];

export const closePeers = (): void => {
  for (const peer of peers.splice(0)) peer.close();
};

/** A server that keeps what it was asked and answers by `serve`. */
export async function aPeer(serve: (seen: Seen, response: ServerResponse) => void): Promise<Peer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', headers } = request;
      const url = new URL(request.url ?? '/', 'http://peer');
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      serve(one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const peer = { url, seen, close };
  peers.push(peer);
  return peer;
}

export const paperAt = (url: string, parts: AlpacaParts = {}, changes: Partial<AlpacaSettings> = {}) =>
  createAlpacaPaper(alpacaPaperConfig(settingsOf({ paperUrl: url, ...changes }), true), parts);

export const saying = (status: number, body: unknown) => (_: Seen, response: ServerResponse) =>
  void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));

export const wireOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: '904837e3-3b76-47ec-b432-046db621571b',
  client_order_id: 'ours-entry',
  symbol: 'AAPL',
  side: 'buy',
  qty: '2',
  filled_qty: '0',
  filled_avg_price: null,
  type: 'market',
  status: 'accepted',
  submitted_at: '2026-01-05T15:00:00.123456789Z',
  ...changes,
});

export const SHARE = {
  clientOrderId: 'ours-entry',
  symbol: 'AAPL',
  type: 'market',
  quantity: '2',
  limitPrice: null,
} as const;
