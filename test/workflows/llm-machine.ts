/** A worker of queue `llm` as a process of its own, for tests that kill it. Its settings come as the first argument. */
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { parseEnvironment } from '../../config/environment.ts';
import { openDatabase } from '../../db/connection.ts';
import { createLlmWorker } from '../../workers/create-llm-worker.ts';
import { llmSettings } from '../../workers/llm.ts';

type Settings = {
  readonly address: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  readonly environment: Readonly<Record<string, string>>;
};

const PROJECT = path.resolve(import.meta.dirname, '../..');
const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
const { address, databaseUrl, taskQueue, environment } = settings;
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});
const folders = { configFolder: path.join(PROJECT, 'config'), project: PROJECT };
const worker = await createLlmWorker({
  ...llmSettings(parseEnvironment(environment), folders),
  db: openDatabase(databaseUrl, { poolSize: 4 }),
  nativeConnection: await NativeConnection.connect({ address }),
  namespace: 'default',
  taskQueue,
});
const running = worker.run();
process.stdout.write('ready\n');
await running;
