/** What `npm run doctor` finds: where each part of the desk is, whether it works, and what to do when it does not. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { type Environment, parseEnvironment } from '../../config/environment.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { findDatabase } from './desk.ts';
import { messageOf } from './desk-problem.ts';
import { deskHome, projectFolder } from './paths.ts';
import { query } from './postgres-probe.ts';
import { unusableDatabase } from './postgres-problem.ts';
import { readWorkers, type WorkerEntry } from './supervisor-state.ts';
import { type TemporalServer, temporalStatus } from './temporal.ts';
import { findTemporalCli, versionOf } from './temporal-cli.ts';
import { deskAttributes } from './temporal-namespace.ts';
import { apiUrl, isPolled, presentWorker, runningSupervisor } from './workers.ts';

export type Examination = {
  readonly ok: boolean;
  readonly temporal: { address: string | null; namespace: string; ui: string | null; cli: string | null };
  readonly postgres: { url: string | null; adminUrl: string | null };
  readonly api: { url: string } | null;
  readonly workers: readonly WorkerEntry[];
  readonly versions: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
};

const START_HINT = 'run npm start -- --once';

/** Looks at everything; a part that cannot be asked becomes a problem, never an exception. */
export async function examineDesk(): Promise<Examination> {
  const environment = parseEnvironment();
  const home = deskHome(environment);
  const [database, temporal, cli] = await Promise.all([
    findDatabase(home, environment),
    temporalStatus(home, environment),
    findTemporalCli(environment),
  ]);
  const workers = presentWorker(runningSupervisor(home)) === null ? [] : readWorkers(home);
  const api = await apiUrl(home);
  const servesApi = runningSupervisor(home) !== null && environment.workerQueues.includes('trading');
  const problems = [
    ...(database === null ? await postgresProblems(home, environment) : []),
    ...(await examineTemporal(temporal, environment)),
    ...(await examineWorkers(home, temporal, workers)),
    ...(api === null && servesApi ? [down('API_DOWN', 'api', 'see logs/api.log')] : []),
  ];
  return {
    ok: problems.length === 0,
    temporal: {
      address: temporal?.address ?? null,
      namespace: environment.temporalNamespace,
      ui: temporal?.uiUrl ?? null,
      cli: temporal?.cli ?? cli,
    },
    postgres: { url: database?.databaseUrl ?? null, adminUrl: database?.adminUrl ?? null },
    api: api === null ? null : { url: api },
    workers,
    versions: await versions(database?.databaseUrl ?? null, temporal, temporal?.cli ?? cli),
    problems,
  };
}

async function postgresProblems(home: string, environment: Environment): Promise<readonly Problem[]> {
  const hint = environment.databaseUrl === null ? START_HINT : 'start it';
  return (await unusableDatabase(home, environment, 'postgres', hint)).problems;
}

const down = (code: string, part: string, hint: string): Problem =>
  problem(code, part, 'no answer', 'a process that answers', hint);

async function examineTemporal(temporal: TemporalServer | null, environment: Environment): Promise<Problem[]> {
  if (temporal === null) {
    return [down('TEMPORAL_DOWN', 'temporal', environment.temporalAddress === null ? START_HINT : 'start that server')];
  }
  try {
    return await withConnection(temporal.address, async (connection) => {
      const { namespace } = temporal;
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const missing = deskAttributes().filter(({ name, wire }) => customAttributes?.[name] !== wire);
      return missing.map(({ name, cli }) =>
        problem('TEMPORAL_SEARCH_ATTRIBUTE', name, 'not registered', cli, START_HINT),
      );
    });
  } catch (error) {
    return [
      problem(
        'TEMPORAL_DOWN',
        'temporal',
        messageOf(error),
        `namespace ${temporal.namespace} that answers`,
        START_HINT,
      ),
    ];
  }
}

async function examineWorkers(
  home: string,
  temporal: TemporalServer | null,
  workers: readonly WorkerEntry[],
): Promise<Problem[]> {
  const supervisor = runningSupervisor(home);
  const worker = presentWorker(supervisor);
  if (supervisor === null) return [down('SUPERVISOR_DOWN', 'workers', START_HINT)];
  if (worker === null)
    return [problem('WORKER_DOWN', 'workers', supervisor.lastExit, 'a living worker', 'see logs/worker.log')];
  if (temporal === null) return [];
  return withConnection(temporal.address, async (connection) => {
    const seen = await Promise.all(workers.map(({ queue }) => isPolled(connection, temporal.namespace, queue, worker)));
    const unseen = workers.filter((_, i) => seen[i] === false);
    return unseen.map(({ queue }) =>
      problem('WORKER_NOT_POLLING', queue, 'not seen', 'a worker that asks this queue for work', 'see logs/worker.log'),
    );
  }).catch(() => []);
}

async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: 3_000 });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function versions(
  databaseUrl: string | null,
  temporal: TemporalServer | null,
  cli: string | null,
): Promise<Record<string, string>> {
  const found: Record<string, string | null> = {
    quarterdeck: packageVersion(projectFolder),
    node: process.versions.node,
    temporalSdk: packageVersion(path.join(projectFolder, 'node_modules', '@temporalio', 'client')),
    temporalServer: temporal === null ? null : await serverVersion(temporal.address),
    temporalCli: cli === null ? null : await versionOf(cli),
    postgres: databaseUrl === null ? null : await postgresVersion(databaseUrl),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, version]) => (version === null ? [] : [[name, version]])),
  );
}

function packageVersion(folder: string): string | null {
  const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : null;
}

const serverVersion = (address: string): Promise<string | null> =>
  withConnection(
    address,
    async ({ workflowService }) => (await workflowService.getSystemInfo({})).serverVersion ?? null,
  ).catch(() => null);

const postgresVersion = async (url: string): Promise<string | null> => {
  try {
    return String((await query(url, 'show server_version'))[0]?.server_version);
  } catch {
    return null;
  }
};
