/**
 * Postgres, Temporal, a model server that counts, a workflow worker of callers in this process, and the product's worker
 * of queue `llm` as a process of its own, which is there to be killed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { deskFiles, ensureFolder, programRunner, projectFolder } from '../../../scripts/lib/paths.ts';
import { stopPostgres } from '../../../scripts/lib/postgres.ts';
import { referTo } from '../../../scripts/lib/processes.ts';
import { say } from '../../../scripts/lib/progress.ts';
import { stopTemporal } from '../../../scripts/lib/temporal.ts';
import { connectTemporal } from '../../../scripts/lib/temporal-namespace.ts';
import { LLM_QUEUE } from '../../../workflows/messages/llm.ts';
import { RESEARCH_QUEUE } from '../../../workflows/messages/research.ts';
import { startTelling } from '../../rig/child.ts';
import { HOME_PREFIX, OWNER_FILE, removeLeftOvers } from '../../rig/left-overs.ts';
import { bringUp, workerEnvironment } from '../../rig/research-rig.ts';
import { whenInterrupted } from '../../rig/rig.ts';
import { RIG_WORKER, type RigWorker, rigWorker } from '../../rig/rig-worker.ts';
import { frozenFolderOf } from '../../rig/worker-orders.ts';
import { MODELS } from './models.ts';

export type BudgetRig = {
  readonly client: Client;
  readonly db: Database;
  /** A worker under these limits; it is not started yet. */
  readonly worker: (name: string, limits: Readonly<Record<string, string>>, isGuarded: boolean) => Promise<LlmWorker>;
  readonly requests: () => Promise<number>;
  /** No request has been made and nothing has been spent. */
  readonly anew: () => Promise<void>;
  readonly close: (keep: boolean) => Promise<void>;
};

export type LlmWorker = RigWorker & { readonly begin: () => Promise<void> };

const HERE = path.join(projectFolder, 'exam', 'experiments', 'budget');

export async function openBudgetRig(): Promise<BudgetRig> {
  await removeLeftOvers();
  const home = mkdtempSync(path.join(tmpdir(), HOME_PREFIX));
  writeFileSync(path.join(home, OWNER_FILE), JSON.stringify(referTo(process.pid)));
  say(`rig in ${home}`);
  const closers: (() => Promise<unknown>)[] = [() => stopPostgres(home), () => stopTemporal(home)];
  const takeDown = whenInterrupted(closers);
  const close = async (keep: boolean): Promise<void> => {
    await takeDown();
    rmSync(keep ? path.join(home, OWNER_FILE) : home, { recursive: true, force: true, maxRetries: 5 });
    if (keep) say(`kept for a look: ${home}`);
  };
  try {
    return { ...(await assemble(home, closers)), close };
  } catch (error) {
    await close(true);
    throw error;
  }
}

async function assemble(home: string, closers: (() => Promise<unknown>)[]) {
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
