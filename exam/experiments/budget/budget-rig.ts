/**
 * Postgres, Temporal, a model server that counts, a workflow worker of callers in this process, and the product's worker
 * of queue `llm` as a process of its own, which is there to be killed.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { deskFiles, ensureFolder, programRunner, projectFolder } from '../../../scripts/lib/paths.ts';
import { connectTemporal } from '../../../scripts/lib/temporal-namespace.ts';
import { LLM_QUEUE } from '../../../workflows/messages/llm.ts';
import { RESEARCH_QUEUE } from '../../../workflows/messages/research.ts';
import { startTelling } from '../../rig/child.ts';
import { type Closeable, type Closers, openHome } from '../../rig/home.ts';
import { bringUp, workerEnvironment } from '../../rig/research-rig.ts';
import { RIG_WORKER, type RigWorker, rigWorker } from '../../rig/rig-worker.ts';
import { frozenFolderOf } from '../../rig/worker-orders.ts';
import { MODELS } from './models.ts';

export type BudgetRig = Closeable & {
  readonly client: Client;
  readonly db: Database;
  /** A worker under these limits; it is not started yet. */
  readonly worker: (name: string, limits: Readonly<Record<string, string>>, isGuarded: boolean) => Promise<LlmWorker>;
  readonly requests: () => Promise<number>;
  /** No request has been made and nothing has been spent. */
  readonly anew: () => Promise<void>;
};

export type LlmWorker = RigWorker & { readonly begin: () => Promise<void> };

const HERE = path.join(projectFolder, 'exam', 'experiments', 'budget');

export const openBudgetRig = (): Promise<BudgetRig> => openHome(assemble);

async function assemble(home: string, closers: Closers) {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const services = await bringUp(home);
  const logFolder = ensureFolder(deskFiles(home).logs);
  const env = workerEnvironment(home, LLM_QUEUE, services);
  const server = await startTelling({
    name: 'model-server',
    program: process.execPath,
    args: [programRunner, path.join(HERE, 'model-server.ts')],
    env,
    logFolder,
  });
  closers.unshift(() => server.child.end('SIGTERM'));
  const url = `http://127.0.0.1:${(server.told as { port: number }).port}`;
  const registryFile = path.join(home, 'models.yaml');
  writeFileSync(registryFile, MODELS);
  const connection = await connectTemporal(services.address, 10_000);
  const native = await NativeConnection.connect({ address: services.address });
  const db = openDatabase(services.adminUrl, { poolSize: 4, applicationName: 'quarterdeck exam' });
  const callers = await Worker.create({
    connection: native,
    taskQueue: RESEARCH_QUEUE,
    workflowsPath: path.join(HERE, 'ask-once.ts'),
  });
  const running = callers.run();
  running.catch(() => undefined);
  closers.unshift(async () => {
    callers.shutdown();
    await running;
    await Promise.all([closeDatabase(db), connection.close(), native.close()]);
  });
  const shared = {
    QUARTERDECK_MODELS: registryFile,
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    OPENAI_BASE_URL: `${url}/v1`,
    LLM_BACKEND: 'openai-compatible',
    LLM_MAX_TOKENS: '500',
  };
  const worker = async (name: string, limits: Readonly<Record<string, string>>, isGuarded: boolean) => {
    const made = rigWorker({
      name,
      file: isGuarded ? RIG_WORKER : path.join(HERE, 'unguarded-worker.ts'),
      queue: LLM_QUEUE,
      orders: { frozenFolder: frozenFolderOf(home), freezeShare: 0, control: null, seed: 1 },
      env: { ...env, ...shared, ...limits },
      logFolder,
    });
    closers.unshift(() => made.end());
    return {
      ...made,
      begin: async () => {
        made.start();
        await made.isReady(connection, 180_000);
      },
    };
  };
  const requests = async (): Promise<number> => {
    const told = (await (await fetch(`${url}/count`)).json()) as { requests: number };
    return told.requests;
  };
  const anew = async (): Promise<void> => {
    await fetch(`${url}/reset`, { method: 'POST' });
    await db.deleteFrom('budgets').execute();
  };
  return { client: new Client({ connection }), db, worker, requests, anew };
}
