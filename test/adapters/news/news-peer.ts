/** A server on loopback that tells news: a feed as it is given, or Alpaca's pages, and misbehaves when told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pour } from '../pour.ts';

export type NewsFault = '500' | '429' | '404' | 'html' | 'cut' | 'silent' | 'endless' | 'redirect';
export type NewsPeer = {
  readonly url: string;
  readonly asked: IncomingMessage[];
  /** What stands at a path with its query; a function sees the address. */
  answer: (url: URL) => string;
  /** Applied to the next requests, one each. */
  faults: NewsFault[];
  readonly close: () => Promise<void>;
};

export async function startNewsPeer(): Promise<NewsPeer> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const fault = peer.faults.shift();
    if (fault === undefined) response.end(peer.answer(new URL(request.url ?? '', 'http://peer')));
    else misbehave(response, fault);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer: NewsPeer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: () => '',
    faults: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return peer;
}

function misbehave(response: ServerResponse, fault: NewsFault): void {
  if (fault === 'silent') return;
  if (fault === 'html') response.end('<!doctype html><title>Maintenance</title>');
  else if (fault === 'cut') {
    response.setHeader('content-length', '5000');
    response.write('<rss><channel>');
    setTimeout(() => response.destroy(), 5);
  } else if (fault === 'endless') pour(response);
  else if (fault === 'redirect') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  else response.writeHead(Number(fault), fault === '429' ? { 'retry-after': '2' } : {}).end('told to fail');
}
