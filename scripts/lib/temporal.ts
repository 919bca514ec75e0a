/**
 * The Temporal server of one desk: its own development server with a database file under `<home>/temporal`, or a
 * foreign one (TEMPORAL_ADDRESS). Started as a daemon, adopted when it runs, stopped on demand.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { type Environment, inheritedEnvironment } from '../../config/environment.ts';
import { deskDown, messageOf } from './desk-problem.ts';
import { changeState, readState } from './desk-state.ts';
import { lastLines, rotateLog } from './files.ts';
import { deskFiles, ensureFolder } from './paths.ts';
import { answers, choosePort } from './ports.ts';
import { endProcess, isRunning, type ProcessRef, referTo } from './processes.ts';
import { findOrMakeTemporalCli, findTemporalCli } from './temporal-cli.ts';
import { connectTemporal, deskAttributes, prepareNamespace } from './temporal-namespace.ts';

export type TemporalServer = {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  /** The program to type commands with; null when none is found (only with TEMPORAL_ADDRESS). */
  readonly cli: string | null;
};
export type TemporalOptions = {
  /** What a commit waits for. `OFF` is for tests. @default NORMAL: survives the death of the process */
  readonly synchronous?: 'NORMAL' | 'OFF';
};

const START_ATTEMPTS = 3;
const SERVES_WITHIN_MS = 60_000;

/** Why each value is here: the design's measurements; the development server has one shard and slow defaults. */
const DYNAMIC_CONFIG = [
  'system.enableActivityEagerExecution=true',
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxTimeShift="10ms"',
  // A worker that dies with a workflow's fourth try in hand would hold the order up to ten minutes longer.
  'history.workflowTaskRetryMaxInterval="10s"',
  'matching.useNewMatcher=true',
  'frontend.WorkerHeartbeatsEnabled=true',
  'frontend.ListWorkersEnabled=true',
];

/**
 * Brings the server up or adopts it, and prepares its namespace and search attributes.
 * @throws InvalidInput (exit code 3) when it cannot be had; the message says what to do
 */
export async function startTemporal(
  home: string,
  environment: Environment,
  options: TemporalOptions = {},
): Promise<TemporalServer & { adopted: boolean }> {
  const namespace = environment.temporalNamespace;
  if (environment.temporalAddress !== null) return useForeign(environment.temporalAddress, namespace, environment);
  const running = ownServer(home, namespace);
  const server = running ?? (await launch(home, namespace, await findOrMakeTemporalCli(environment), options));
  await prepare(server.address, namespace, true);
  return { ...server, adopted: running !== null };
}

/** Stops this home's own server; a foreign one is left alone. @returns whether it ran */
export async function stopTemporal(home: string): Promise<boolean> {
  const { temporal } = readState(home);
  const ran = await endProcess(temporal?.process ?? null, 20_000);
  if (temporal !== null) changeState(home, { temporal: { ...temporal, process: null } });
  return ran;
}

/** Looks without starting anything; null when no server answers. */
export async function temporalStatus(home: string, environment: Environment): Promise<TemporalServer | null> {
  const namespace = environment.temporalNamespace;
  const address = environment.temporalAddress;
  if (address === null) {
    const own = ownServer(home, namespace);
    return own !== null && (await answers(own.address, 2_000)) ? own : null;
  }
  return (await answers(address, 2_000))
    ? { address, namespace, uiUrl: null, cli: await findTemporalCli(environment) }
    : null;
}

async function useForeign(
  address: string,
  namespace: string,
  environment: Environment,
): Promise<TemporalServer & { adopted: true }> {
  await prepare(address, namespace, false);
  return { address, namespace, uiUrl: null, cli: await findTemporalCli(environment), adopted: true };
}

async function prepare(address: string, namespace: string, isOurs: boolean): Promise<void> {
  const connection = await connect(address, isOurs);
  try {
    await prepareNamespace(connection, namespace, isOurs);
  } finally {
    await connection.close();
  }
}

async function connect(address: string, isOurs: boolean): Promise<Connection> {
  try {
    return await connectTemporal(address, isOurs ? SERVES_WITHIN_MS : 5_000);
  } catch (error) {
    const hint = isOurs
      ? 'run npm stop, then start again'
      : 'start that server, or unset TEMPORAL_ADDRESS to have one started';
    throw deskDown(
      'TEMPORAL_UNREACHABLE',
      'TEMPORAL_ADDRESS',
      address,
      `a Temporal server (${messageOf(error)})`,
      hint,
    );
  }
}

function ownServer(home: string, namespace: string): TemporalServer | null {
  const { temporal } = readState(home);
  return temporal !== null && isRunning(temporal.process) ? describe(namespace, temporal) : null;
}

const describe = (namespace: string, at: { port: number; uiPort: number; cli: string }): TemporalServer => ({
  address: `127.0.0.1:${at.port}`,
  namespace,
  uiUrl: `http://127.0.0.1:${at.uiPort}`,
  cli: at.cli,
});

/**
 * Ports may be taken between choosing and listening, and the server takes more of its own: tried again with new ones.
 */
async function launch(home: string, namespace: string, cli: string, options: TemporalOptions): Promise<TemporalServer> {
  const log = path.join(ensureFolder(deskFiles(home).logs), 'temporal.log');
  rotateLog(log);
  for (let attempt = 1; ; attempt += 1) {
    const remembered = attempt === 1 ? readState(home).temporal : null;
    const port = await choosePort(remembered?.port ?? null);
    const uiPort = await choosePort(remembered?.uiPort ?? null);
    const started = spawnServer(home, namespace, { cli, port, uiPort, log }, options);
    const process = referTo(started.pid);
    if (process !== null && (await waitUntilServing(started, `127.0.0.1:${port}`))) {
      changeState(home, { temporal: { port, uiPort, cli, process } });
      return describe(namespace, { port, uiPort, cli });
    }
    await giveUp(process, log, attempt);
  }
}

async function giveUp(process: ProcessRef | null, log: string, attempt: number): Promise<void> {
  await endProcess(process, 5_000);
  if (attempt < START_ATTEMPTS) return;
  throw deskDown('TEMPORAL_NOT_STARTED', log, lastLines(log, 5), 'a server that starts', `its log: ${log}`);
}

type Place = { cli: string; port: number; uiPort: number; log: string };

function spawnServer(
  home: string,
  namespace: string,
  { cli, port, uiPort, log }: Place,
  options: TemporalOptions,
): ChildProcess {
  const output = openSync(log, 'a');
  const database = path.join(ensureFolder(deskFiles(home).temporal), 'temporal.db');
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', database, '--sqlite-pragma', 'journal_mode=WAL'],
    ...['--sqlite-pragma', `synchronous=${options.synchronous ?? 'NORMAL'}`],
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
    ...deskAttributes().flatMap(({ name, cli: kind }) => ['--search-attribute', `${name}=${kind}`]),
  ];
  const env = inheritedEnvironment({ TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined });
  const child = spawn(cli, args, { detached: true, stdio: ['ignore', output, output], cwd: home, env });
  child.once('error', () => undefined);
  child.unref();
  closeSync(output);
  return child;
}

/** True once it accepts connections; false when it died or took too long. */
async function waitUntilServing(child: ChildProcess, address: string): Promise<boolean> {
  const deadlineMs = Date.now() + SERVES_WITHIN_MS;
  while (Date.now() < deadlineMs && child.exitCode === null && child.signalCode === null) {
    if (await answers(address, 1_000)) return true;
    await sleep(25);
  }
  return false;
}
