/**
 * The workers of one desk, behind their supervisor: started in the background, adopted when they run the same code
 * with the same settings, replaced when not, stopped on demand.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { type Environment, inheritedEnvironment } from '../../config/environment.ts';
import { deskDown } from './desk-problem.ts';
import { lastLines, rotateLog } from './files.ts';
import { healthStatus } from './health-status.ts';
import { deskFiles, ensureFolder, programRunner, projectFolder } from './paths.ts';
import { endProcess, isRunning, referTo } from './processes.ts';
import { sourcesHash } from './sources-hash.ts';
import { readApi, readSupervisor, type SupervisorState } from './supervisor-state.ts';

/** What the workers connect to. */
export type WorkerTargets = {
  readonly home: string;
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
};
export type WorkersStarted = 'started' | 'adopted' | 'restarted: the code changed' | 'restarted: the settings changed';

const APPEARS_WITHIN_MS = 10_000;
const STOPS_WITHIN_MS = 25_000;
const HEALTH_MS = 2_000;
const POLLS_WITHIN_MS = 180_000;
/** Deaths without one success before a start gives up waiting. */
const DEATHS_MAX = 3;
const WORKFLOW_QUEUE_TYPE = 1;
/** A queue that only computes has no workflows. */
const ACTIVITY_QUEUE_TYPE = 2;
const ENHANCED_MODE = 1;

type Poller = {
  readonly identity?: string | null;
  readonly lastAccessTime?: { readonly seconds?: unknown; readonly nanos?: number | null } | null;
};
type Worker = { readonly pid: number; readonly startedAtMs: number };

/** The living worker process; null between two. */
export const presentWorker = (state: SupervisorState | null): Worker | null =>
  state !== null && isRunning(state.worker) ? { pid: state.worker.pid, startedAtMs: state.workerStartedAtMs } : null;

/** Starts the supervisor, or adopts it when nothing changed since it was started. */
export async function startWorkers(targets: WorkerTargets, environment: Environment): Promise<WorkersStarted> {
  const { home } = targets;
  const fingerprint = `${sourcesHash()}:${settingsHash(targets, environment)}`;
  const running = runningSupervisor(home);
  if (running?.fingerprint === fingerprint) return 'adopted';
  await stopWorkers(home);
  await launch(targets, environment, fingerprint);
  if (running === null) return 'started';
  const sameCode = running.fingerprint.split(':')[0] === fingerprint.split(':')[0];
  return sameCode ? 'restarted: the settings changed' : 'restarted: the code changed';
}

/**
 * Stops supervisor, worker and HTTP interface, also those whose supervisor was killed. @returns whether any worker ran
 */
export async function stopWorkers(home: string): Promise<boolean> {
  const state = readSupervisor(home);
  if (state === null) return false;
  const supervisorRan = await endProcess(state.process, STOPS_WITHIN_MS);
  const left = readSupervisor(home) ?? state;
  const workerRan = await endProcess(left.worker, STOPS_WITHIN_MS);
  await endProcess(left.api, STOPS_WITHIN_MS);
  const { supervisor, workers } = deskFiles(home);
  for (const file of [supervisor, workers]) rmSync(file, { force: true });
  return supervisorRan || workerRan;
}

/** The state of the running supervisor; null when none runs. */
export function runningSupervisor(home: string): SupervisorState | null {
  const state = readSupervisor(home);
  return state !== null && isRunning(state.process) ? state : null;
}

/**
 * Waits until the server has seen the present worker on queue `queue`.
 * @throws InvalidInput (exit code 3) with the worker's last words when it keeps dying
 */
export async function waitForWorkers(
  home: string,
  connection: Connection,
  namespace: string,
  queue: string,
): Promise<void> {
  const deadlineMs = Date.now() + POLLS_WITHIN_MS;
  const deathsBefore = runningSupervisor(home)?.restartCount ?? 0;
  for (;;) {
    const state = runningSupervisor(home);
    const worker = presentWorker(state);
    if (worker !== null && (await isPolled(connection, namespace, queue, worker))) return;
    const deaths = (state?.restartCount ?? 0) - deathsBefore;
    if (state === null || deaths >= DEATHS_MAX || Date.now() > deadlineMs) throw notPolling(home, queue, state);
    await sleep(50);
  }
}

/** Whether this worker has asked the queue for work: by its name, or by a poll that is younger than it. */
export async function isPolled(
  connection: Connection,
  namespace: string,
  queue: string,
  worker: Worker,
): Promise<boolean> {
  return (await pollersOf(connection, namespace, queue)).some(({ identity, lastAccessTime }) => {
    const seenAtMs = Number(lastAccessTime?.seconds ?? 0) * 1_000 + (lastAccessTime?.nanos ?? 0) / 1_000_000;
    return identity?.includes(`${worker.pid}@`) === true || seenAtMs > worker.startedAtMs;
  });
}

/** A queue has several partitions: only the enhanced answer knows the pollers of all of them. */
async function pollersOf(connection: Connection, namespace: string, queue: string): Promise<readonly Poller[]> {
  const { pollers, versionsInfo } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType: WORKFLOW_QUEUE_TYPE,
    taskQueueTypes: [WORKFLOW_QUEUE_TYPE, ACTIVITY_QUEUE_TYPE],
    apiMode: ENHANCED_MODE,
    reportPollers: true,
  });
  const all = Object.values(versionsInfo ?? {}).flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}));
  return [...(pollers ?? []), ...all.flatMap((one) => one.pollers ?? [])];
}

/**
 * Waits until the HTTP interface of this desk says where it listens and answers there.
 * @returns its address; null when it does not answer in time, which doctor explains
 */
export async function waitForApi(home: string): Promise<string | null> {
  const deadlineMs = Date.now() + APPEARS_WITHIN_MS;
  for (;;) {
    const url = await apiUrl(home);
    if (url !== null || Date.now() > deadlineMs) return url;
    await sleep(50);
  }
}

/** The address of the HTTP interface when it answers, else null. */
export async function apiUrl(home: string): Promise<string | null> {
  const api = readApi(home);
  const running = runningSupervisor(home)?.api;
  if (api === null || running?.pid !== api.pid) return null;
  return (await healthStatus(`${api.url}/healthz`, HEALTH_MS)) === 200 ? api.url : null;
}

function notPolling(home: string, queue: string, state: SupervisorState | null) {
  const log = path.join(deskFiles(home).logs, 'worker.log');
  const got = state?.lastExit ?? 'no worker';
  return deskDown(
    'WORKER_NOT_UP',
    queue,
    got,
    'a worker that asks this queue for work',
    `${lastLines(log, 8)}\nits log: ${log}`,
  );
}

const settingsHash = (targets: WorkerTargets, environment: Environment): string =>
  createHash('sha256')
    .update(JSON.stringify([targets, environment, process.version]))
    .digest('hex');

async function launch(targets: WorkerTargets, environment: Environment, fingerprint: string): Promise<void> {
  const { home } = targets;
  const log = path.join(ensureFolder(deskFiles(home).logs), 'supervisor.log');
  rotateLog(log);
  const output = openSync(log, 'a');
  const env = inheritedEnvironment({
    QUARTERDECK_HOME: home,
    DATABASE_URL: targets.databaseUrl,
    TEMPORAL_ADDRESS: targets.address,
    TEMPORAL_NAMESPACE: targets.namespace,
    WORKER_QUEUES: environment.workerQueues.join(','),
    OFFICERS: environment.officers.join(',') || 'none',
    LOG_LEVEL: environment.logLevel,
  });
  const args = [programRunner, path.join(projectFolder, 'scripts', 'supervisor.ts'), fingerprint];
  const child = spawn(process.execPath, args, {
    cwd: projectFolder,
    env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.once('error', () => undefined);
  child.unref();
  closeSync(output);
  const started = referTo(child.pid);
  const deadlineMs = Date.now() + APPEARS_WITHIN_MS;
  while (runningSupervisor(home) === null) {
    if (Date.now() > deadlineMs || !isRunning(started)) throw notAppeared(log);
    await sleep(20);
  }
}

const notAppeared = (log: string) =>
  deskDown('SUPERVISOR_NOT_UP', log, lastLines(log, 8), 'a supervisor that starts', `its log: ${log}`);
