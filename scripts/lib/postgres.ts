/**
 * The embedded PostgreSQL of one desk, in `<home>/pg`: made once, started as a daemon that survives us, adopted
 * when it runs, stopped on demand. Not a driver: everybody else connects by URL.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deskDown, messageOf } from './desk-problem.ts';
import { changeState, readState } from './desk-state.ts';
import { keptSecret, lastLines, rotateLog } from './files.ts';
import { deskFiles, ensureFolder } from './paths.ts';
import { choosePort } from './ports.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { ADMIN_ROLE, DATABASE, localUrl, probe, query, readPidFile } from './postgres-probe.ts';
import { choosePostgresUser, handOver, type RunAs, runProgram } from './postgres-user.ts';
import { processCommand } from './processes.ts';

export type PostgresServer = { readonly adminUrl: string; readonly port: number; readonly adopted: boolean };
export type PostgresOptions = {
  /** false gives up crash safety for speed; for tests only. @default true */
  readonly durable?: boolean;
};

type Cluster = { home: string; folder: string; password: string; runAs: RunAs; binaries: PostgresBinaries };

const START_ATTEMPTS = 24;
/** Attempts on the remembered port, which the children of a killed server may hold for a moment, before another one. */
const SAME_PORT_ATTEMPTS = 18;
const START_PAUSE_MS = 500;
const RECOVERY_MS_MAX = 120_000;
const SILENT_MS_MAX = 15_000;
const FAST_AND_LOOSE = ['-c fsync=off', '-c synchronous_commit=off', '-c full_page_writes=off'];

/**
 * Brings the server of this home up, or adopts it when it runs; makes the cluster and the database first if needed.
 * @throws InvalidInput (exit code 3) with the server's own last words
 */
export async function startPostgres(home: string, options: PostgresOptions = {}): Promise<PostgresServer> {
  const cluster = openCluster(home);
  const durable = options.durable ?? true;
  if (!existsSync(path.join(cluster.folder, 'PG_VERSION'))) await makeCluster(cluster, durable);
  const running = await findRunning(cluster);
  const port = running ?? (await launch(cluster, durable));
  changeState(home, { postgres: { port } });
  await ensureDatabase(port, cluster.password);
  return { adminUrl: localUrl(port, ADMIN_ROLE, cluster.password), port, adopted: running !== null };
}

/** Stops the server of this home, if it runs. @returns whether it ran */
export async function stopPostgres(home: string): Promise<boolean> {
  if (!existsSync(deskFiles(home).postgres)) return false;
  const cluster = openCluster(home);
  if ((await findRunning(cluster)) === null) return false;
  await runProgram(
    cluster.runAs,
    cluster.binaries.pgCtl,
    ['-D', cluster.folder, '-m', 'fast', '-w', '-t', '60', 'stop'],
    '/',
  );
  return true;
}

/** Looks without touching anything: the server's URL, or null when it is not up. */
export async function postgresStatus(home: string): Promise<{ adminUrl: string; port: number; pid: number } | null> {
  const { postgres, secrets } = deskFiles(home);
  const file = existsSync(postgres) && existsSync(secrets) ? readPidFile(postgres) : null;
  if (file === null) return null;
  const password = keptSecret(secrets, 'postgres-admin');
  const answer = await probe(file.port, postgres, password);
  return answer === 'ours' ? { ...file, adminUrl: localUrl(file.port, ADMIN_ROLE, password) } : null;
}

/** The passwords of the two roles that the migrations create. */
export const rolePasswords = (home: string): { appPassword: string; readPassword: string } => ({
  appPassword: keptSecret(deskFiles(home).secrets, 'postgres-app'),
  readPassword: keptSecret(deskFiles(home).secrets, 'postgres-read'),
});

function openCluster(home: string): Cluster {
  const files = deskFiles(home);
  ensureFolder(home);
  const binaries = findPostgresBinaries();
  const runAs = choosePostgresUser(files.postgres, home, binaries.initdb);
  return { home, folder: files.postgres, password: keptSecret(files.secrets, 'postgres-admin'), runAs, binaries };
}

function removeDrafts(home: string): void {
  const drafts = readdirSync(home).filter((name) => name.startsWith('pg.new.') || name.startsWith('pg.password.'));
  for (const name of drafts) rmSync(path.join(home, name), { recursive: true, force: true });
}

/** Made aside and renamed at the end: a cluster whose making was interrupted is never taken for a whole one. */
async function makeCluster({ home, folder, password, runAs, binaries }: Cluster, durable: boolean): Promise<void> {
  const draft = `${folder}.new.${process.pid}`;
  const passwordFile = path.join(home, `pg.password.${process.pid}`);
  removeDrafts(home);
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const file of [draft, passwordFile]) handOver(runAs, file);
  const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['-U', ADMIN_ROLE, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const sync = durable ? [] : ['--no-sync'];
  try {
    await runProgram(runAs, binaries.initdb, ['-D', draft, ...access, ...locale, '--data-checksums', ...sync], '/');
  } catch (error) {
    throw deskDown('POSTGRES_NOT_MADE', folder, messageOf(error), 'initdb to succeed', 'see the message above');
  } finally {
    rmSync(passwordFile, { force: true });
  }
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  renameSync(draft, folder);
}

/**
 * The port of the running server of this folder, or null. Waits for one that is starting or recovering.
 * A pid file whose pid now belongs to another program would make PostgreSQL refuse: it is removed.
 */
async function findRunning({ folder, password }: Cluster): Promise<number | null> {
  const startedAtMs = Date.now();
  for (;;) {
    const file = readPidFile(folder);
    if (file === null) return null;
    const answer = await probe(file.port, folder, password);
    if (answer === 'ours') return file.port;
    const command = processCommand(file.pid);
    const isServer = command?.includes('postgres') === true && command.includes(realpathSync(folder));
    if (!isServer && answer !== 'starting') return forgetPid(folder, command !== null);
    if (answer === 'stranger') throw wrongPassword(folder);
    if (Date.now() - startedAtMs > (answer === 'starting' ? RECOVERY_MS_MAX : SILENT_MS_MAX))
      throw notAnswering(folder, file.pid);
    await sleep(100);
  }
}

/** With the pid dead the file stays: PostgreSQL itself then checks that no orphaned backend still writes. */
function forgetPid(folder: string, pidIsAlive: boolean): null {
  if (pidIsAlive) rmSync(path.join(folder, 'postmaster.pid'), { force: true });
  return null;
}

const wrongPassword = (folder: string) =>
  deskDown(
    'POSTGRES_PASSWORD',
    folder,
    'a server that refuses our password',
    'the password kept in secrets/postgres-admin',
    'put the secrets folder of this home back, or stop that server and move the pg folder away',
  );

const notAnswering = (folder: string, pid: number) =>
  deskDown(
    'POSTGRES_SILENT',
    folder,
    `process ${pid}`,
    'a server that answers',
    `see ${path.join(folder, 'server.log')}`,
  );

async function launch(cluster: Cluster, durable: boolean): Promise<number> {
  const { folder, runAs, binaries, home } = cluster;
  const log = path.join(folder, 'server.log');
  rotateLog(log);
  chmodSync(folder, 0o700);
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(attempt <= SAME_PORT_ATTEMPTS ? (readState(home).postgres?.port ?? null) : null);
    const listen = [`-p ${port}`, '-c listen_addresses=127.0.0.1', '-c "unix_socket_directories="'];
    const settings = [...listen, '-c max_connections=200', '-c timezone=UTC', ...(durable ? [] : FAST_AND_LOOSE)];
    try {
      await runProgram(
        runAs,
        binaries.pgCtl,
        ['-D', folder, '-l', log, '-w', '-t', '120', '-o', settings.join(' '), 'start'],
        '/',
      );
      return port;
    } catch (error) {
      if (attempt >= START_ATTEMPTS) throw notStarted(log, messageOf(error));
      await sleep(START_PAUSE_MS);
    }
  }
}

const notStarted = (log: string, message: string) =>
  deskDown('POSTGRES_NOT_STARTED', log, lastLines(log, 5) || message, 'a server that starts', `its log: ${log}`);

async function ensureDatabase(port: number, password: string): Promise<void> {
  const url = localUrl(port, ADMIN_ROLE, password, 'postgres');
  const found = await query(url, `select 1 from pg_database where datname = '${DATABASE}'`);
  if (found.length === 0) await query(url, `create database ${DATABASE}`);
}
