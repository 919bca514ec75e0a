/** One exchange against servers that send what no SDK expects. Nothing of it may reach the process as a throw. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openExchange } from '../../../adapters/http/model-http.ts';
import type { ModelFailure } from '../../../schemas/llm/model-call.ts';

async function failureAgainst(play: (response: ServerResponse) => void): Promise<Partial<ModelFailure> | undefined> {
  const server = createServer((request, response) => request.resume().on('end', () => play(response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const timeouts = { idleTimeoutMs: 300, totalTimeoutMs: 2_000, bytesMax: 10_000 };
  const exchange = openExchange('model.ask', { baseUrl, allowLoopback: true, ...timeouts });
  await exchange.fetch(baseUrl, { method: 'POST', body: '{}' }).then(
    (response) => response.text(),
    () => null,
  );
  exchange.close();
  server.closeAllConnections();
  server.close();
  return exchange.failure()?.failure;
}

const LIMITED = JSON.stringify({ error: { type: 'rate_limit_error', message: 'slow down' } });

describe('an exchange', () => {
  it.each([204, 205])('takes a status %i, which has no body, for no answer', async (status) => {
    const failure = await failureAgainst((response) => response.writeHead(status).end());
    expect(failure).toMatchObject({ code: 'LLM_PROTOCOL', retryable: false });
  });

  it('tells a refusal by its status when its body stalls, is cut or is packed', async () => {
    const refused = { code: 'LLM_RATE_LIMITED', retryAfterMs: 7_000, mayHaveBeenBilled: false };
    const head = { 'retry-after': '7' };
    const stalls = (response: ServerResponse) => response.writeHead(429, head).write(LIMITED);
    const isCut = (response: ServerResponse) =>
      response.writeHead(429, { ...head, 'content-length': '500' }).write(LIMITED, () => response.destroy());
    const isPacked = (response: ServerResponse) =>
      response.writeHead(429, { ...head, 'content-encoding': 'gzip' }).end(gzipSync(LIMITED));
    for (const play of [stalls, isCut, isPacked]) expect(await failureAgainst(play)).toMatchObject(refused);
  });

  it('hears from the provider itself whether asking again helps', async () => {
    const failure = await failureAgainst((response) => response.writeHead(500, { 'x-should-retry': 'false' }).end());
    expect(failure).toMatchObject({ code: 'PROVIDER_DOWN', retryable: false });
  });
});
