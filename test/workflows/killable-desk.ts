/** A desk whose worker is a process of its own, in a namespace of its own, so that it can be killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { type DeskInProcess, openDeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { connectTemporal, prepareNamespace } from '../../scripts/lib/temporal-namespace.ts';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { lendWorkflows, programWords } from '../setup/program.ts';

export type KillableDesk = {
  readonly desk: DeskInProcess;
  readonly database: TestDatabase;
  /** Starts a worker. */
  readonly spawn: () => void;
  /** kill -9, and waits until it is gone. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function openKillable(): Promise<KillableDesk> {
  const database = await createTestDatabase();
  const home = mkdtempSync(path.join(tmpdir(), 'quarterdeck-killed-'));
  lendWorkflows(home);
  const namespace = `killed-${randomUUID()}`;
  const address = inject('temporalAddress');
  const connection = await connectTemporal(address, 5_000);
  await prepareNamespace(connection, namespace, true);
  await connection.close();
  const targets = { databaseUrl: database.appUrl, address, namespace, taskQueue: TRADING_QUEUE, codePath: '', home };
  const desk = await openDeskInProcess(targets);
  let child: ChildProcess | null = null;
  return {
    desk,
    database,
    spawn: () => {
      child = spawnWorkerProcess(desk);
    },
    kill: () => killHard(child),
    close: async () => {
      await killHard(child);
      await desk.close();
      await database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function spawnWorkerProcess({ targets }: DeskInProcess): ChildProcess {
  const env = inheritedEnvironment({
    DATABASE_URL: targets.databaseUrl,
    TEMPORAL_ADDRESS: targets.address,
    TEMPORAL_NAMESPACE: targets.namespace,
    QUARTERDECK_HOME: targets.home,
    WORKER_QUEUES: 'trading',
  });
  return spawn(process.execPath, programWords('workers/all.ts'), { cwd: projectFolder, env, stdio: 'ignore' });
}

async function killHard(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
