/** A venue that takes everything and counts it by who asks: for seeing whether anybody asks who must not. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type CountingPeer = {
  readonly port: number;
  /** Requests of that key so far. */
  readonly requestsOf: (keyId: string) => number;
  readonly ordersOf: (keyId: string) => number;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

export async function startCountingPeer(mode: 'paper' | 'live'): Promise<CountingPeer> {
  const requests = new Map<string, number>();
  const orders = new Map<string, number>();
  const server = createServer((request, response) => {
    const keyId = String(request.headers['apca-api-key-id'] ?? '');
    count(requests, keyId);
    if (request.method === 'POST') count(orders, keyId);
    answer(mode, request, response);
  });
  // Everywhere, on both families: an address that reaches it by another name is an address that reaches it.
  server.listen(0, '::');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requestsOf: (keyId) => requests.get(keyId) ?? 0,
    ordersOf: (keyId) => orders.get(keyId) ?? 0,
    requests: () => [...requests.values()].reduce((sum, one) => sum + one, 0),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const count = (counters: Map<string, number>, keyId: string): void =>
  void counters.set(keyId, (counters.get(keyId) ?? 0) + 1);

/** An account of that mode; of an order only that it came. */
function answer(mode: 'paper' | 'live', request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const account = { id: `${mode}-account`, account_number: mode === 'paper' ? 'PA0EXAM00001' : '123456789', cash: '1' };
  request.once('end', () => {
    if (request.url === '/v2/account') response.end(JSON.stringify(account));
    else response.writeHead(500).end();
  });
}
