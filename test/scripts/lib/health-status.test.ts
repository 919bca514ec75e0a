/** Whether the HTTP interface answers: a status, or nothing within the time. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { healthStatus } from '../../../scripts/lib/health-status.ts';

const server = createServer(({ url }, reply) => {
  if (url === '/silent') return;
  reply.statusCode = url === '/healthz' ? 200 : 503;
  reply.end('text');
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('is the status of the answer, and null where none comes', async () => {
  const { port } = server.address() as AddressInfo;
  const statusOf = (path: string, protocol = 'http') => healthStatus(`${protocol}://127.0.0.1:${port}${path}`, 500);
  expect(await statusOf('/healthz')).toBe(200);
  expect(await statusOf('/readyz')).toBe(503);
  expect(await statusOf('/silent')).toBeNull();
  expect(await statusOf('/healthz', 'https')).toBeNull();
});
