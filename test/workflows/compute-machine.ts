/**
 * A machine that computes, as a process of its own that a test may kill. Given as JSON on the command line: the server,
 * the database and the queue. Says "ready" when it serves.
 */
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createThreadPool } from '../../adapters/compute/thread-pool.ts';
import { openDatabase } from '../../db/connection.ts';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { createComputeWorker } from '../../workers/create-research-workers.ts';

type Machine = { readonly address: string; readonly databaseUrl: string; readonly taskQueue: string };

const { address, databaseUrl, taskQueue }: Machine = JSON.parse(process.argv[2] ?? '{}');
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});
const nativeConnection = await NativeConnection.connect({ address });
const db = openDatabase(databaseUrl, { poolSize: 4 });
const configFolder = path.join(projectFolder, 'config');
const parts = {
  nativeConnection,
  namespace: 'default',
  db,
  configFolder,
  codeVersion: 'in-process',
  home: '',
  taskQueue,
};
const worker = await createComputeWorker(parts, createThreadPool());
const done = worker.run();
process.stdout.write('ready\n');
await done;
process.exit(0);
