/**
 * A key leaves in the one header it is for, and nowhere else: not in a row, not
 * in a failure, even when a provider repeats it.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createModelProviders } from '../../adapters/llm/registered-providers.ts';
import { registrySchema } from '../../schemas/llm/model-registry.ts';
import { type DeskDatabase, openDeskDatabase } from '../db/desk-database.ts';
import { openGateway, REGISTRY } from './gateway-under-test.ts';

const CANARY = 'sk-canary-5f0c1d9ab7e34';
const heard: string[] = [];
const server = createServer((request, response) => {
  heard.push(String(request.headers.authorization));
  const [status, type] = heard.length % 2 === 1 ? [401, 'invalid_api_key'] : [503, 'server_error'];
  response.writeHead(status as number, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { type, code: type, message: `Incorrect API key provided: ${CANARY}` } }));
});

let desk: DeskDatabase;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  desk = await openDeskDatabase();
});
afterAll(async () => {
  await desk.close();
  server.closeAllConnections();
  server.close();
});

it('keeps the key out of the database and of what is told', async () => {
  const { port } = server.address() as AddressInfo;
  const [near] = REGISTRY.models;
  const registry = registrySchema.parse({
    ...REGISTRY,
    providers: [
      {
        name: 'near',
        apiFamily: 'openaiResponses',
        baseUrls: [`http://127.0.0.1:${port}/v1`],
        keyEnv: 'OPENAI_API_KEY',
      },
    ],
    models: [{ ...near, apiFamily: 'openaiResponses' }],
  });
  const keys = { OPENAI_API_KEY: CANARY };
  const settings = { registry, keys, aws: null, modelPath: null, allowLoopback: true, advise: () => null };
  const providers = createModelProviders(settings);
  const choice = { configured: ['near'], backend: null, defaultTier: null };
  const gateway = await openGateway(desk.db, () => Promise.reject(new Error('not asked')), {
    registry,
    providers,
    choice,
  });
  const told: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const outcome = await gateway.ask().catch((error: Error) => `${error.message} ${error.stack}`);
    told.push(JSON.stringify(outcome));
  }
  expect(heard.every((header) => header === `Bearer ${CANARY}`)).toBe(true);
  expect(heard.length).toBeGreaterThanOrEqual(2);
  expect(told.join('\n')).not.toContain(CANARY);
  for (const table of [
    'model_calls',
    'model_payloads',
    'model_asks',
    'model_breakers',
    'audit',
    'budget_reservations',
  ]) {
    const { rows } = await sql<{
      all: string | null;
    }>`select json_agg(t)::text as all from ${sql.table(table)} t`.execute(desk.db);
    expect(rows[0]?.all ?? '', table).not.toContain(CANARY);
  }
});
