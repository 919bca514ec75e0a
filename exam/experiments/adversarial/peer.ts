/**
 * A venue that answers what a case has written down for it: one server for many cases, told apart by the key they come
 * with. And the real adapter in front of it, with no patience to spare.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alpacaLiveConfig, alpacaPaperConfig } from '../../../adapters/broker/alpaca/alpaca-config.ts';
import { type AlpacaParts, createAlpacaLive, createAlpacaPaper } from '../../../adapters/broker/alpaca/alpaca-venue.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import type { AlpacaSettings } from '../../../schemas/alpaca-settings.ts';
import type { Order } from '../../../schemas/execution.ts';

export type Reply = (response: ServerResponse, url: URL) => void;

export type Script = {
  readonly venue: Venue;
  readonly seen: () => number;
};

export type Peer = {
  readonly url: string;
  /** A venue of its own whose every request gets `reply`. */
  readonly script: (reply: Reply, parts?: AlpacaParts, mode?: 'paper' | 'live') => Script;
  readonly close: () => Promise<void>;
};

type Told = { readonly reply: Reply; seen: number };

export async function startPeer(): Promise<Peer> {
  const told = new Map<string, Told>();
  const server = createServer((request, response) => {
    const one = told.get(keyIdOf(request));
    if (one === undefined) return void response.destroy();
    one.seen += 1;
    request.resume();
    request.once('end', () => one.reply(response, new URL(request.url ?? '/', 'http://peer')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    script: (reply, parts = {}, mode = 'paper') => {
      const one: Told = { reply, seen: 0 };
      const keyId = `${mode === 'paper' ? 'PK' : 'AK'}${told.size}`;
      told.set(keyId, one);
      return { venue: venueAt(url, `${keyId}:secret`, mode, parts), seen: () => one.seen };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const keyIdOf = ({ headers }: IncomingMessage): string => String(headers['apca-api-key-id'] ?? '');

const NOWHERE = { paper: 'https://paper-api.alpaca.markets', live: 'https://api.alpaca.markets' } as const;

export function venueAt(url: string, key: string, mode: 'paper' | 'live', parts: AlpacaParts = {}): Venue {
  const unused: AlpacaSettings = { paperKey: null, paperUrl: NOWHERE.paper, liveKey: null, liveUrl: NOWHERE.live };
  return mode === 'paper'
    ? createAlpacaPaper(alpacaPaperConfig({ ...unused, paperKey: key, paperUrl: url }, true), parts)
    : createAlpacaLive(alpacaLiveConfig({ ...unused, liveKey: key, liveUrl: url }, true), parts);
}

/** Answers status and body at once; a body that is no text is written as JSON. */
export const saying =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

export const soonMs = (): number => Date.now() + 5_000;

/** A resting limit order of a share, as the engine would send it. */
export const anOrderOf = (clientOrderId: string, change: Partial<Order> = {}): Order => ({
  decisionId: 'd',
  leg: 'entry',
  clientOrderId,
  accountId: 'alpaca-paper',
  strategyId: 'manual',
  symbol: 'AAPL',
  side: 'buy',
  type: 'limit',
  quantity: '2',
  limitPrice: '90',
  stopPrice: null,
  distanceFromEntry: null,
  leverage: 1,
  reduceOnly: false,
  createdAtMs: 0,
  sessionId: null,
  venue: 'alpaca-paper',
  venueOrderId: null,
  simulated: false,
  state: 'SENT',
  quantityFilled: '0',
  sentAtMs: 0,
  ...change,
});

/** The same order as the venue tells it. */
export const wireOrderOf = (clientOrderId: string, change: Readonly<Record<string, unknown>> = {}) => ({
  id: 'order-at-the-venue',
  client_order_id: clientOrderId,
  symbol: 'AAPL',
  side: 'buy',
  qty: '2',
  filled_qty: '0',
  filled_avg_price: null,
  limit_price: '90',
  stop_price: null,
  status: 'accepted',
  submitted_at: '2026-01-05T15:00:00.123456789Z',
  ...change,
});
