/**
 * A background process that keeps the programs of one desk alive: its worker and,
 * beside the trading queue, its HTTP interface.
 * Started by scripts/lib/workers.ts with the environment that they get;
 * ends, with them, on SIGTERM. Decides nothing else.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseEnvironment } from '../config/environment.ts';
import { type KeptState, keepAlive } from './lib/keep-alive.ts';
import { deskFiles, deskHome, ensureFolder } from './lib/paths.ts';
import { referTo } from './lib/processes.ts';
import { type SupervisorState, writeSupervisor, writeWorkers } from './lib/supervisor-state.ts';

const environment = parseEnvironment();
const queues = environment.workerQueues;
const home = deskHome(environment);
const files = deskFiles(home);
const logs = ensureFolder(files.logs);
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
  api: null,
};

function change(changes: Partial<SupervisorState>): void {
  state = { ...state, ...changes };
  writeSupervisor(home, state);
}

function tellWorker({ process: worker, startedAtMs, restartCount, lastExit }: KeptState): void {
  change({ worker, workerStartedAtMs: startedAtMs, restartCount, lastExit });
  writeWorkers(home, worker === null ? [] : queues.map((queue) => ({ queue, pid: worker.pid })));
}

const worker = { name: 'worker', entry: 'workers/all.ts', log: path.join(logs, 'worker.log'), onChange: tellWorker };
const api = {
  name: 'api',
  entry: 'workers/api.ts',
  log: path.join(logs, 'api.log'),
  onChange: ({ process: running }: KeptState) => change({ api: running }),
};
const kept = [keepAlive(worker), ...(queues.includes('trading') ? [keepAlive(api)] : [])];

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await Promise.all(kept.map((one) => one.stop()));
  for (const file of [files.workers, files.supervisor]) rmSync(file, { force: true });
  process.exit(0);
}

process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
process.on('SIGHUP', () => undefined);
for (const one of kept) one.start();
