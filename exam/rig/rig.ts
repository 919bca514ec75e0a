/**
 * A desk in pieces, all on loopback: Postgres, Temporal, the test venue and workers as processes that can be killed one
 * by one, with a breakable connection in front of each service. What the experiment itself asks goes around the proxies.
 */
import path from 'node:path';
import type { Connection } from '@temporalio/client';
import pg from 'pg';
import { type Environment, inheritedEnvironment, parseEnvironment } from '../../config/environment.ts';
import { migrate } from '../../db/migrate.ts';
import { deskFiles, ensureFolder } from '../../scripts/lib/paths.ts';
import { rolePasswords, startPostgres } from '../../scripts/lib/postgres.ts';
import { localUrl } from '../../scripts/lib/postgres-probe.ts';
import { timed } from '../../scripts/lib/progress.ts';
import { startTemporal } from '../../scripts/lib/temporal.ts';
import { connectTemporal } from '../../scripts/lib/temporal-namespace.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { EXAM_CONFIG } from '../exam.ts';
import { type Closeable, type Closers, openHome } from './home.ts';
import { EXAM_SYMBOLS, type ExamSymbol, storeExamBars } from './market.ts';
import { startProductionTemporal } from './production-temporal.ts';
import { type Proxies, type RigProxy, startProxies } from './proxies.ts';
import { RIG_WORKER, type RigWorker, rigWorker } from './rig-worker.ts';
import { findOrMakeToxiproxy } from './toxiproxy-program.ts';
import { startVenueProcess, VENUE_KEY, type VenueProcess } from './venue-process.ts';
import { frozenFolderOf, type WorkerOrders } from './worker-orders.ts';

export type RigOptions = {
  /** Further flags of `npm run venue`: profile, seed, faults. */
  readonly venueFlags: readonly string[];
  /** How many workers; none is started yet. */
  readonly workers: number;
  /** What they are told besides their environment (exam/rig/worker.ts). @default nothing */
  readonly workerOrders?: Partial<Omit<WorkerOrders, 'frozenFolder'>>;
  readonly symbols?: readonly ExamSymbol[];
  /** Whether the workers start the officers, which change the policy as they see fit. @default false */
  readonly officers?: boolean;
  /** `postgres`: Temporal's own server with its data in the rig's Postgres. @default development */
  readonly temporal?: TemporalChoice;
};

export type TemporalChoice = 'development' | 'postgres';

export type Rig = Closeable & {
  readonly home: string;
  readonly logs: string;
  /** As the owner of the tables, straight at the server. */
  readonly adminUrl: string;
  /** What a worker gets, for programs that are to run beside them. */
  readonly workerEnv: Record<string, string>;
  readonly connection: Connection;
  /** Straight at the server; a killed server ends its connections, not the pool. */
  readonly pool: pg.Pool;
  readonly venue: VenueProcess;
  readonly workers: readonly RigWorker[];
  readonly proxies: Readonly<Record<'venue' | 'postgres' | 'temporal', RigProxy>>;
  readonly symbols: readonly ExamSymbol[];
  readonly startWorkers: () => Promise<void>;
  /** Brings the Temporal server up again after a kill. */
  readonly startTemporal: () => Promise<{ readonly address: string }>;
};

const NAMESPACE = 'default';

export const openRig = (options: RigOptions): Promise<Rig> =>
  openHome((home, closers) => assemble({ home, logs: ensureFolder(deskFiles(home).logs), options, closers }));

type Site = {
  readonly home: string;
  readonly logs: string;
  readonly options: RigOptions;
  readonly closers: Closers;
};

async function assemble(site: Site): Promise<Omit<Rig, 'close'>> {
  const { home, logs, options, closers } = site;
  const { symbols = EXAM_SYMBOLS, temporal = 'development' } = options;
  const env = plainEnvironment();
  const [services] = await Promise.all([bringUpServices(home, temporal), workflowBundle(path.join(home, 'cache'))]);
  await timed(
    'market',
    () => storeExamBars(services.adminUrl, symbols),
    () => `${symbols.length} symbols`,
  );
  const venue = await startVenueProcess({ folder: logs, flags: options.venueFlags, env });
  closers.unshift(() => venue.child().end('SIGTERM'));
  for (const { symbol, price } of symbols) await venue.setPrice(symbol, String(price));
  const fence = await startProxies(await findOrMakeToxiproxy(), logs, env);
  closers.unshift(() => fence.child.end('SIGTERM'));
  const proxies = await addProxies(fence, venue, services);
  const officers = options.officers === true ? {} : { OFFICERS: 'none' };
  const workerEnv = { ...env, ...workerSettings(home, services, proxies), ...officers };
  const frozenFolder = ensureFolder(frozenFolderOf(home));
  const orders: WorkerOrders = { frozenFolder, freezeShare: 0, control: null, seed: 1, ...options.workerOrders };
  const workers = Array.from({ length: options.workers }, (_, index) =>
    rigWorker({ name: `worker-${index + 1}`, file: RIG_WORKER, orders, env: workerEnv, logFolder: logs }),
  );
  closers.unshift(() => Promise.all(workers.map((worker) => worker.end())));
  const connection = await connectTemporal(services.temporalAddress, 10_000);
  const pool = new pg.Pool({ connectionString: services.adminUrl, max: 4, statement_timeout: 10_000 });
  pool.on('error', () => undefined);
  closers.unshift(() => Promise.all([pool.end(), connection.close()]));
  return {
    ...{ home, logs, venue, workers, proxies, symbols, connection, pool, workerEnv },
    adminUrl: services.adminUrl,
    startWorkers: () => startAll(workers, connection),
    startTemporal: () => startTheTemporal(home, temporal, services.adminUrl),
  };
}

type Services = { readonly adminUrl: string; readonly appUrl: string; readonly temporalAddress: string };

async function bringUpServices(home: string, choice: TemporalChoice): Promise<Services> {
  const postgres = timed(
    'postgres',
    () => startPostgres(home),
    ({ port }) => `on 127.0.0.1:${port}`,
  );
  const temporal = timed(
    'temporal',
    async () => startTheTemporal(home, choice, choice === 'postgres' ? (await postgres).adminUrl : ''),
    ({ address }) => `on ${address}`,
  );
  const [{ adminUrl, port }, { address }] = await Promise.all([postgres, temporal]);
  const passwords = rolePasswords(home);
  await migrate(adminUrl, passwords);
  const appUrl = localUrl(port, 'quarterdeck_app', passwords.appPassword);
  return { adminUrl, appUrl, temporalAddress: address };
}

const startTheTemporal = (home: string, choice: TemporalChoice, databaseUrl: string): Promise<{ address: string }> =>
  choice === 'postgres'
    ? startProductionTemporal({ home, databaseUrl, namespace: NAMESPACE })
    : startTemporal(home, rigEnvironment());

async function addProxies(fence: Proxies, venue: VenueProcess, services: Services) {
  return {
    venue: await fence.add('venue', venue.address),
    postgres: await fence.add('postgres', new URL(services.appUrl).host),
    temporal: await fence.add('temporal', services.temporalAddress),
  };
}

function workerSettings(home: string, services: Services, proxies: Rig['proxies']): Record<string, string> {
  const database = new URL(services.appUrl);
  database.host = proxies.postgres.address;
  return {
    QUARTERDECK_HOME: home,
    QUARTERDECK_CONFIG: EXAM_CONFIG,
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    DATABASE_URL: database.href,
    TEMPORAL_ADDRESS: proxies.temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    WORKER_QUEUES: 'trading',
    ALPACA_PAPER_KEY: VENUE_KEY,
    ALPACA_PAPER_URL: `http://${proxies.venue.address}`,
  };
}

/** Of the person's environment only the choice of the Temporal program counts: no exam touches a server of theirs. */
export const rigEnvironment = (): Environment => ({
  ...parseEnvironment(),
  temporalAddress: null,
  temporalNamespace: NAMESPACE,
  databaseUrl: null,
});

const plainEnvironment = (): Record<string, string> =>
  inheritedEnvironment({
    ALPACA_LIVE_KEY: undefined,
    ALPACA_LIVE_URL: undefined,
    DATABASE_URL: undefined,
    OFFICERS: undefined,
    PAYLOAD_KEY: undefined,
  });

async function startAll(workers: readonly RigWorker[], connection: Connection): Promise<void> {
  for (const worker of workers) worker.start();
  await timed(
    'workers',
    () => Promise.all(workers.map((worker) => worker.isReady(connection))),
    () => workers.map((worker) => `${worker.name} (${worker.child()?.pid})`).join(', '),
  );
}
