import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { readWorkers } from '../../../scripts/lib/supervisor-state.ts';
import { connectTemporal, prepareNamespace } from '../../../scripts/lib/temporal-namespace.ts';
import { runningSupervisor, startWorkers, stopWorkers, waitForWorkers } from '../../../scripts/lib/workers.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts';

/** A namespace of its own: these real workers must not take the work of other tests. */
const NAMESPACE = 'supervised-workers';
const home = mkdtempSync(path.join(tmpdir(), 'quarterdeck workers '));
const environment = parseEnvironment({ QUARTERDECK_HOME: home, LOG_LEVEL: 'warn' });
let database: TestDatabase;
let connection: Connection;

const start = (changes = {}) => {
  const targets = { home, databaseUrl: database.appUrl, address: inject('temporalAddress'), namespace: NAMESPACE };
  return startWorkers(targets, { ...environment, ...changes });
};
const workerPid = (): number | undefined => readWorkers(home).find(({ queue }) => queue === 'trading')?.pid;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = await connectTemporal(inject('temporalAddress'), 5_000);
  await prepareNamespace(connection, NAMESPACE, true);
  await start();
  await waitForWorkers(home, connection, NAMESPACE, 'trading');
});

afterAll(async () => {
  await stopWorkers(home);
  await connection.close();
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

it('adopts workers of the same code and settings, and replaces them when a setting changed', async () => {
  const before = workerPid();
  expect(await start()).toBe('adopted');
  expect(workerPid()).toBe(before);
  expect(await start({ logLevel: 'error' })).toBe('restarted: the settings changed');
  await waitForWorkers(home, connection, NAMESPACE, 'trading');
  expect(workerPid()).not.toBe(before);
});

it('starts a killed worker again by itself', async () => {
  const before = workerPid() ?? 0;
  process.kill(before, 'SIGKILL');
  const deadlineMs = Date.now() + 5_000;
  while ((workerPid() ?? before) === before && Date.now() < deadlineMs) await sleep(20);
  expect(workerPid()).toBeGreaterThan(0);
  expect(workerPid()).not.toBe(before);
  await waitForWorkers(home, connection, NAMESPACE, 'trading');
  expect(runningSupervisor(home)).toMatchObject({ restartCount: 1, lastExit: expect.stringContaining('SIGKILL') });
});

it('stops supervisor and worker, and a second stop finds nothing', async () => {
  expect(await stopWorkers(home)).toBe(true);
  expect(runningSupervisor(home)).toBeNull();
  expect(workerPid()).toBeUndefined();
  expect(await stopWorkers(home)).toBe(false);
});
