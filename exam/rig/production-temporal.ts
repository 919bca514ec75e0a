/**
 * Temporal's own server on Postgres, the one of docker-compose.yml without its containers: the rig's other choice
 * beside the development server. Both programs are built once into the user's cache folder. Its two databases lie in
 * the rig's Postgres, so a kill of that one takes the ground from under both.
 */
import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { inheritedEnvironment, userCacheFolder } from '../../config/environment.ts';
import { changeState } from '../../scripts/lib/desk-state.ts';
import { goInstall, isExecutable } from '../../scripts/lib/go-install.ts';
import { withLock } from '../../scripts/lib/lock.ts';
import { deskFiles, ensureFolder, projectFolder } from '../../scripts/lib/paths.ts';
import { isPortFree } from '../../scripts/lib/ports.ts';
import { endProcess, referTo } from '../../scripts/lib/processes.ts';
import { connectTemporal, prepareNamespace } from '../../scripts/lib/temporal-namespace.ts';
import { type ServerPorts, serverConfig, serverPorts } from './temporal-config.ts';

const VERSION = '1.31.2';
const PROGRAMS = {
  'temporal-server': { goPackage: `go.temporal.io/server/cmd/server@v${VERSION}`, makes: 'server' },
  'temporal-sql-tool': { goPackage: `go.temporal.io/server/cmd/tools/sql@v${VERSION}`, makes: 'sql' },
} as const;
const SCHEMAS = { temporal: 'postgresql/v12/temporal', temporal_visibility: 'postgresql/v12/visibility' } as const;
/** It keeps its ports in a smallint. */
const LOW_PORTS = { from: 20_000, to: 32_767 } as const;
const SERVES_WITHIN_MS = 90_000;

const run = promisify(execFile);

type Place = { readonly home: string; readonly databaseUrl: string; readonly namespace: string };
type Site = { readonly config: string; readonly dynamic: string; readonly log: string };

/**
 * Makes databases, tables and settings at the first start of a rig; a later start finds them, on the same ports.
 * @returns the address of its frontend
 */
export async function startProductionTemporal({ home, databaseUrl, namespace }: Place): Promise<{ address: string }> {
  const folder = ensureFolder(path.join(home, 'temporal-server'));
  const log = path.join(ensureFolder(deskFiles(home).logs), 'temporal.log');
  const site = { config: path.join(folder, 'development.yaml'), dynamic: path.join(folder, 'dynamic.yaml'), log };
  const database = new URL(databaseUrl);
  const ports = existsSync(site.config) ? portsIn(site) : await prepareSite(site, database);
  writeFileSync(site.config, stringify(serverConfig(database, ports, site.dynamic)), { mode: 0o600 });
  const server = await program('temporal-server');
  const process = spawnServer(server, folder, log);
  changeState(home, { temporal: { port: ports.frontend.grpc, uiPort: ports.frontend.http, cli: server, process } });
  const address = `127.0.0.1:${ports.frontend.grpc}`;
  try {
    const connection = await connectTemporal(address, SERVES_WITHIN_MS);
    try {
      await prepareNamespace(connection, namespace, true);
    } finally {
      await connection.close();
    }
    return { address };
  } catch (error) {
    await endProcess(process, 5_000);
    throw error;
  }
}

const portsIn = ({ config }: Site): ServerPorts => serverPorts(parse(readFileSync(config, 'utf8')));

async function prepareSite(site: Site, database: URL): Promise<ServerPorts> {
  const sqlTool = await program('temporal-sql-tool');
  for (const [name, schema] of Object.entries(SCHEMAS)) await makeDatabase(sqlTool, database, name, schema);
  writeFileSync(site.dynamic, composedSettings());
  const free = await freeLowPorts();
  const [frontend, frontendMembers, http, history, historyMembers, matching, matchingMembers, worker, workerMembers] =
    free;
  return {
    frontend: { grpc: frontend, membership: frontendMembers, http },
    history: { grpc: history, membership: historyMembers },
    matching: { grpc: matching, membership: matchingMembers },
    worker: { grpc: worker, membership: workerMembers },
  };
}

type NinePorts = [number, number, number, number, number, number, number, number, number];

async function freeLowPorts(): Promise<NinePorts> {
  const found: NinePorts = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let port = randomInt(LOW_PORTS.from, LOW_PORTS.to - 2_000);
  for (const index of found.keys()) {
    while (!(await isPortFree(port))) port += 1;
    found[index] = port;
    port += 1;
  }
  return found;
}

/** The dynamic settings that the desk's containers run with. */
function composedSettings(): string {
  const compose: { configs: Record<string, { content: string }> } = parse(
    readFileSync(path.join(projectFolder, 'docker-compose.yml'), 'utf8'),
  );
  const { content } = compose.configs['temporal-dynamic-config'] ?? {};
  if (content === undefined) throw new Error('docker-compose.yml has no settings for the Temporal server');
  return content;
}

async function makeDatabase(sqlTool: string, at: URL, name: string, schema: string): Promise<void> {
  const whom = ['--ep', at.hostname, '-p', at.port, '-u', at.username, '--pw', decodeURIComponent(at.password)];
  const common = ['--plugin', 'postgres12', ...whom, '--db', name];
  const env = inheritedEnvironment({});
  await run(sqlTool, [...common, 'create'], { env });
  await run(sqlTool, [...common, 'setup-schema', '-v', '0.0'], { env });
  await run(sqlTool, [...common, 'update-schema', '--schema-name', schema], { env });
}

async function program(name: keyof typeof PROGRAMS): Promise<string> {
  const target = path.join(userCacheFolder(), 'bin', `${name}-${VERSION}`);
  const what = `building ${name} once (go install ${PROGRAMS[name].goPackage}, some minutes)`;
  const find = async () => (isExecutable(target) ? target : goInstall({ ...PROGRAMS[name], target, what }));
  return isExecutable(target) ? target : withLock(`${target}.lock`, find);
}

function spawnServer(server: string, folder: string, log: string) {
  const output = openSync(log, 'a');
  const args = ['--root', folder, '--config', '.', '--env', 'development', 'start'];
  const env = inheritedEnvironment({});
  const child = spawn(server, args, { detached: true, cwd: folder, env, stdio: ['ignore', output, output] });
  child.once('error', () => undefined);
  child.unref();
  closeSync(output);
  return referTo(child.pid);
}
