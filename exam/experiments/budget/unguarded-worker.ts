/** The product's worker of queue `llm` with one safeguard taken away: it looks at the budget first and adds later. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { parseEnvironment } from '../../../config/environment.ts';
import { openDatabase } from '../../../db/connection.ts';
import { type BeginCall, createModelStore, type ModelStore } from '../../../db/llm/model-store.ts';
import type { Database } from '../../../db/tables.ts';
import { projectFolder } from '../../../scripts/lib/paths.ts';
import { createLlmWorker } from '../../../workers/create-llm-worker.ts';
import { llmSettings } from '../../../workers/llm.ts';

/** What passes between the look and the sum: a moment is enough for others to look too. */
const BETWEEN_MS = 20;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.once('end', () => process.exit(1)).unref();
const environment = parseEnvironment();
const { temporalAddress: address, databaseUrl } = environment;
if (address === null || databaseUrl === null) throw new Error('TEMPORAL_ADDRESS and DATABASE_URL must be set');
const nativeConnection = await NativeConnection.connect({ address });
const db = openDatabase(databaseUrl, { poolSize: 12 });
const settings = llmSettings(environment, { configFolder: path.join(projectFolder, 'config'), project: projectFolder });
const worker = await createLlmWorker({ ...settings, db, nativeConnection, namespace: 'default', store: unguarded(db) });
await worker.run();

function unguarded(database: Database): ModelStore {
  const store = createModelStore(database);
  return {
    ...store,
    begin: async (call) => {
      const full = await fullScopes(database, call);
      if (full.length > 0) return { kind: 'exhausted', full };
      await sleep(BETWEEN_MS);
      const scopes = call.scopes.map((one) => ({ ...one, limitMicroUsd: NO_LIMIT }));
      return store.begin({ ...call, scopes });
    },
  };
}

async function fullScopes(database: Database, { scopes, row }: BeginCall) {
  const amount = row.reserved_micro_usd ?? 0;
  const stands = await database.selectFrom('budgets').selectAll().execute();
  return scopes.flatMap((one) => {
    const found = stands.find(({ scope, key }) => scope === one.scope && key === one.key);
    const left = one.limitMicroUsd - (found?.spent_micro_usd ?? 0) - (found?.reserved_micro_usd ?? 0);
    return left >= amount ? [] : [{ ...one, leftMicroUsd: left }];
  });
}
