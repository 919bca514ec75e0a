/** One request over a real socket: how far it got, what came back, and what is never done. */
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type EffectName, installEffectHook } from '../../../adapters/effect.ts';
import { type HttpAnswer, type HttpRequest, requestOnce } from '../../../adapters/http/venue-http.ts';
import { InvalidInput } from '../../../schemas/problem.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const tcp = (serve: (socket: Socket) => void): Promise<string> =>
  listen(
    createServer((socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    }),
  );
const http = (serve: RequestListener): Promise<string> => listen(createHttpServer(serve));

const ask = (baseUrl: string, changes: Partial<HttpRequest> = {}): Promise<HttpAnswer> =>
  requestOnce('venue.send', {
    method: 'POST',
    baseUrl,
    path: '/v2/orders',
    headers: { 'content-type': 'application/json' },
    body: '{"qty":"1"}',
    hosts: ['api.example.com'],
    allowLoopback: true,
    totalTimeoutMs: 1_000,
    idleTimeoutMs: 1_000,
    bodyBytesMax: 1_000_000,
    ...changes,
  });

describe('one request', () => {
  it('brings the status, headers and body of the reply, and is said to be an effect', async () => {
    const seen: EffectName[] = [];
    const remove = installEffectHook({ before: (name) => void seen.push(name) });
    const got: string[] = [];
    const url = await http((request, response) => {
      request.on('data', (chunk: Buffer) => got.push(`${request.method} ${request.url} ${chunk}`));
      request.on('end', () => void response.writeHead(422, { 'x-note': 'yes' }).end('{"code":1}'));
    });
    expect(await ask(url)).toMatchObject({
      kind: 'response',
      status: 422,
      headers: { 'x-note': 'yes' },
      body: '{"code":1}',
    });
    remove();
    expect(got).toEqual(['POST /v2/orders {"qty":"1"}']);
    expect(seen).toEqual(['venue.send']);
  });

  it('has not been sent when the connection is refused', async () => {
    const url = await tcp(() => undefined);
    servers.splice(0)[0]?.close();
    expect(await ask(url)).toMatchObject({ kind: 'failure', phase: 'beforeSend' });
  });

  it('has not been sent when a TLS handshake fails', async () => {
    const url = await tcp((socket) => socket.end('this is no TLS'));
    expect(await ask(url.replace('http:', 'https:'))).toMatchObject({ kind: 'failure', phase: 'beforeSend' });
  });

  it('has not been sent when the name has no address', async () => {
    expect(await ask('http://no-such-host.localhost.')).toMatchObject({ kind: 'failure', phase: 'beforeSend' });
  });

  it('has not been sent while the guard refuses, throws, or does not answer', async () => {
    let bytes = 0;
    const url = await tcp((socket) => {
      socket.on('data', (data) => {
        bytes += data.length;
      });
    });
    const refused = await ask(url, { guard: async () => 'the kill switch is set' });
    expect(refused).toEqual({ kind: 'failure', phase: 'beforeSend', reason: 'the kill switch is set' });
    const thrown = await ask(url, { guard: () => Promise.reject(new Error('no database')) });
    expect(thrown).toMatchObject({ phase: 'beforeSend', reason: 'the last check before sending failed: no database' });
    const never = await ask(url, { guard: () => new Promise(() => undefined), totalTimeoutMs: 100 });
    expect(never).toMatchObject({ phase: 'beforeSend', reason: 'no whole reply in 100 ms' });
    expect(bytes).toBe(0);
  });

  it('proves at most what is true when it is reset as soon as it connects', async () => {
    let bytes = 0;
    const url = await tcp((socket) => {
      socket.on('data', (data) => {
        bytes += data.length;
      });
      socket.resetAndDestroy();
    });
    for (let count = 0; count < 200; count += 1) expect(await ask(url)).toMatchObject({ kind: 'failure' });
    expect(bytes).toBe(0);
  });

  it('is not sent by a guard that agrees after the time was up', async () => {
    let bytes = 0;
    const url = await tcp((socket) => {
      socket.on('data', (data) => {
        bytes += data.length;
      });
    });
    const guard = (): Promise<null> => new Promise((agree) => setTimeout(() => agree(null), 100));
    expect(await ask(url, { guard, totalTimeoutMs: 50 })).toMatchObject({ phase: 'beforeSend' });
    await new Promise((done) => setTimeout(done, 120));
    expect(bytes).toBe(0);
  });

  it.each([
    ['a reset at the first byte', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['an end without a reply', (socket: Socket) => socket.once('data', () => socket.end())],
    ['half a status line', (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 20'))],
    ['something that is no HTTP', (socket: Socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n\r\n'))],
    [
      'a body cut short',
      (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"a')),
    ],
    ['an endless silence', () => undefined],
    [
      'headers and then silence',
      (socket: Socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n')),
    ],
    [
      'a byte now and then',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n');
        const timer = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(timer));
      },
    ],
    [
      'another protocol',
      (socket: Socket) =>
        socket.once('data', () =>
          socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
        ),
    ],
  ] as const)('proves nothing after %s', async (_, serve) => {
    let connections = 0;
    const url = await tcp((socket) => {
      connections += 1;
      serve(socket);
    });
    const answer = await ask(url, { totalTimeoutMs: 400, idleTimeoutMs: 200 });
    expect(answer.kind).toBe('failure');
    if (answer.kind === 'failure') expect(['unknown', 'afterSend']).toContain(answer.phase);
    expect(connections).toBe(1);
  });

  it('may have left in part when the connection breaks while it is written', async () => {
    const url = await tcp((socket) => {
      socket.once('data', () => {
        socket.pause();
        setTimeout(() => socket.resetAndDestroy(), 50);
      });
    });
    const answer = await ask(url, { body: 'x'.repeat(64_000_000), totalTimeoutMs: 5_000 });
    expect(answer).toMatchObject({ kind: 'failure', phase: 'unknown' });
  });

  it('is cut when the reply grows beyond its cap, and when it comes packed', async () => {
    const large = await http((_, response) => void response.end('x'.repeat(1_001)));
    expect(await ask(large, { bodyBytesMax: 1_000 })).toMatchObject({ reason: 'the reply is larger than 1000 bytes' });
    const packed = await http((_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    expect(await ask(packed)).toMatchObject({ kind: 'failure', phase: 'afterSend' });
    const garbled = await http((_, response) => void response.end(Buffer.from([0xff, 0xfe, 0x7b])));
    expect(await ask(garbled)).toMatchObject({ kind: 'failure', phase: 'afterSend' });
  });

  it('follows no redirect', async () => {
    let requests = 0;
    const url = await http((_, response) => {
      requests += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await ask(url)).toMatchObject({ kind: 'response', status: 307 });
    expect(requests).toBe(1);
  });

  it('is refused before any effect when the address is blocked', async () => {
    let requests = 0;
    const url = await http((_, response) => {
      requests += 1;
      response.end();
    });
    await expect(ask(url, { allowLoopback: false })).rejects.toThrow(InvalidInput);
    expect(requests).toBe(0);
  });

  it('does not reach a name on the list that resolves to this machine or network', async () => {
    const resolved = (address: string): typeof dns.lookup =>
      Object.assign(
        (_host: string, _options: unknown, then: (error: null, found: { address: string; family: number }[]) => void) =>
          then(null, [
            { address: '34.117.59.81', family: 4 },
            { address, family: 4 },
          ]),
        { __promisify__: dns.lookup.__promisify__ },
      ) as typeof dns.lookup;
    const usual = dns.lookup;
    try {
      for (const address of ['127.0.0.1', '10.0.0.7', '169.254.169.254']) {
        dns.lookup = resolved(address);
        syncBuiltinESMExports();
        const answer = await ask('https://api.example.com', { allowLoopback: false });
        expect(answer).toEqual({
          kind: 'failure',
          phase: 'beforeSend',
          reason: 'CONFIG_URL_BLOCKED api.example.com has a private address',
        });
      }
    } finally {
      dns.lookup = usual;
      syncBuiltinESMExports();
    }
  });
});
