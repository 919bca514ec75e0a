/**
 * The research half of a desk in pieces, on loopback: Postgres, Temporal, a worker for the runs themselves and one that
 * computes, each a process of its own. The one that computes is there to be killed.
 */
import { Client, type Connection } from '@temporalio/client';
import { inheritedEnvironment } from '../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import type { Database } from '../../db/tables.ts';
import { readState } from '../../scripts/lib/desk-state.ts';
import { deskFiles, ensureFolder } from '../../scripts/lib/paths.ts';
import { postgresStatus, rolePasswords, startPostgres } from '../../scripts/lib/postgres.ts';
import { localUrl } from '../../scripts/lib/postgres-probe.ts';
import { timed } from '../../scripts/lib/progress.ts';
import { startTemporal } from '../../scripts/lib/temporal.ts';
import { connectTemporal } from '../../scripts/lib/temporal-namespace.ts';
import { COMPUTE_QUEUE, RESEARCH_QUEUE } from '../../workflows/messages/research.ts';
import { EXAM_CONFIG } from '../exam.ts';
import { type Closeable, type Closers, openHome } from './home.ts';
import { rigEnvironment } from './rig.ts';
import { RIG_WORKER, type RigWorker, rigWorker } from './rig-worker.ts';
import { frozenFolderOf } from './worker-orders.ts';

export type ResearchRig = Closeable & {
  readonly home: string;
  readonly address: string;
  /** The `temporal` program, for what a person would type. */
  readonly cli: string;
  readonly client: Client;
  /** As the owner of the tables. */
  readonly db: Database;
  readonly research: RigWorker;
  readonly compute: RigWorker;
  /** Ids of the processes that there are now; of a worker that does not run, undefined. */
  readonly processes: () => Readonly<Record<RigProcess, number | undefined>>;
};

export type RigProcess = 'research' | 'compute' | 'postgres' | 'temporal';

export type ResearchRigOptions = {
  /** Whether a second process that computes stands by, loaded, so that a killed one is replaced at once. */
  readonly spare: boolean;
};

const NAMESPACE = 'default';

/** Both workers are at work when it returns. */
export const openResearchRig = ({ spare }: ResearchRigOptions): Promise<ResearchRig> =>
  openHome((home, closers) => assemble(home, spare, closers));

async function assemble(home: string, spare: boolean, closers: Closers) {
  const services = await bringUp(home);
  const worker = (queue: string, spared: boolean): RigWorker =>
    rigWorker({
      name: queue,
      file: RIG_WORKER,
      queue,
      spare: spared,
      orders: { frozenFolder: frozenFolderOf(home), freezeShare: 0, control: null, seed: 1 },
      env: workerEnvironment(home, queue, services),
      logFolder: ensureFolder(deskFiles(home).logs),
    });
  const [research, compute] = [worker(RESEARCH_QUEUE, false), worker(COMPUTE_QUEUE, spare)];
  closers.unshift(() => Promise.all([research.end(), compute.end()]));
  const connection = await connectTemporal(services.address, 10_000);
  const db = openDatabase(services.adminUrl, {
    poolSize: 4,
    applicationName: 'quarterdeck exam',
    statementTimeoutMs: 0,
  });
  closers.unshift(() => Promise.all([closeDatabase(db), connection.close()]));
  await startBoth(research, compute, connection);
  const client = new Client({ connection, namespace: NAMESPACE });
  const postgres = (await postgresStatus(home))?.pid;
  const temporal = readState(home).temporal?.process?.pid;
  const processes = () => ({ research: research.child()?.pid, compute: compute.child()?.pid, postgres, temporal });
  return { home, client, db, research, compute, processes, address: services.address, cli: services.cli };
}

export type Services = {
  readonly adminUrl: string;
  readonly appUrl: string;
  readonly address: string;
  readonly cli: string;
};

/** Postgres, migrated, and Temporal. */
export async function bringUp(home: string): Promise<Services> {
  const [{ adminUrl, port }, { address, cli }] = await Promise.all([
    timed(
      'postgres',
      () => startPostgres(home),
      (one) => `on 127.0.0.1:${one.port}`,
    ),
    timed(
      'temporal',
      () => startTemporal(home, rigEnvironment()),
      (one) => `on ${one.address}`,
    ),
  ]);
  if (cli === null) throw new Error('the temporal program of the rig is gone');
  const passwords = rolePasswords(home);
  await migrate(adminUrl, passwords);
  return { adminUrl, appUrl: localUrl(port, 'quarterdeck_app', passwords.appPassword), address, cli };
}

/** What a worker of the product is told. */
export const workerEnvironment = (home: string, queue: string, { appUrl, address }: Services): Record<string, string> =>
  inheritedEnvironment({
    PAYLOAD_KEY: undefined,
    QUARTERDECK_HOME: home,
    QUARTERDECK_CONFIG: EXAM_CONFIG,
    DATABASE_URL: appUrl,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    WORKER_QUEUES: queue,
  });

async function startBoth(research: RigWorker, compute: RigWorker, connection: Connection): Promise<void> {
  // One after the other: both make the workflow bundle where there is none.
  for (const worker of [research, compute]) {
    worker.start();
    await timed(
      worker.name,
      () => worker.isReady(connection),
      () => `process ${worker.child()?.pid}`,
    );
  }
}
