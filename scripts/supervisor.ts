/**
 * A background process that keeps the workers of one desk alive: starts them, and starts them again when they die,
 * within half a second, more slowly when they die at once again and again. Started by scripts/lib/workers.ts with
 * the environment that the workers get; ends, with its workers, on SIGTERM. Decides nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { BUILT_QUEUES, parseEnvironment } from '../config/environment.ts';
import { rotateLog } from './lib/files.ts';
import { deskFiles, deskHome, ensureFolder, projectFolder } from './lib/paths.ts';
import { endProcess, referTo } from './lib/processes.ts';
import { type SupervisorState, writeSupervisor, writeWorkers } from './lib/supervisor-state.ts';

const RESPAWN_MS = 200;
const RESPAWN_MS_MAX = 15_000;
/** A worker that lived this long was not part of a crash loop; one that was killed from outside is given less. */
const HEALTHY_AFTER_MS = 5_000;
const HEALTHY_AFTER_MS_KILLED = 1_000;
const GRACE_MS = 15_000;

const environment = parseEnvironment();
const queues = environment.workerQueues.filter((queue) => BUILT_QUEUES.includes(queue));
const home = deskHome(environment);
const files = deskFiles(home);
const log = path.join(ensureFolder(files.logs), 'worker.log');
const self = referTo(process.pid);
if (self === null) throw new Error('this process cannot see itself');

const [fingerprint = ''] = process.argv.slice(2);
let state: SupervisorState = {
  process: self,
  fingerprint,
  worker: null,
  workerStartedAtMs: Date.now(),
  restartCount: 0,
  lastExit: null,
};
let isStopping = false;
let respawnMs = RESPAWN_MS;

function change(changes: Partial<SupervisorState>): void {
  state = { ...state, ...changes };
  writeSupervisor(home, state);
  const pid = state.worker?.pid;
  writeWorkers(home, pid === undefined ? [] : queues.map((queue) => ({ queue, pid })));
}

/** Output goes straight to a file: a pipe that nobody reads would stop the worker. */
function spawnWorker(): void {
  rotateLog(log);
  const output = openSync(log, 'a');
  const args = ['--import', import.meta.resolve('tsx'), path.join(projectFolder, 'workers', 'all.ts')];
  const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: ['ignore', output, output] });
  closeSync(output);
  child.once('error', (error) => console.error(error.message));
  child.once('exit', (code, signal) => onExit(child, code, signal));
  change({ worker: referTo(child.pid), workerStartedAtMs: Date.now() });
}

function onExit(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
  const livedMs = Date.now() - state.workerStartedAtMs;
  const lastExit = `worker ${child.pid} ended after ${livedMs} ms with ${signal ?? `exit code ${code}`}`;
  console.error(JSON.stringify({ at: Date.now(), message: lastExit }));
  change({ worker: null, lastExit });
  if (isStopping) return;
  const isHealthy = livedMs >= (signal === null ? HEALTHY_AFTER_MS : HEALTHY_AFTER_MS_KILLED);
  respawnMs = isHealthy ? RESPAWN_MS : Math.min(respawnMs * 2, RESPAWN_MS_MAX);
  setTimeout(respawn, respawnMs);
}

function respawn(): void {
  if (isStopping) return;
  change({ restartCount: state.restartCount + 1 });
  spawnWorker();
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await endProcess(state.worker, GRACE_MS);
  for (const file of [files.workers, files.supervisor]) rmSync(file, { force: true });
  process.exit(0);
}

process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
process.on('SIGHUP', () => undefined);
spawnWorker();
