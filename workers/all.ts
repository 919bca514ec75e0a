/**
 * One worker process: connects, serves the queues it is asked for, drains on SIGTERM. Which queues: WORKER_QUEUES;
 * of those only the ones that exist are served. Dies on what it cannot mend; its supervisor starts another.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { configuredAlerts } from '../adapters/alerts/configured-alerts.ts';
import { configuredVenues } from '../adapters/broker/configured-venues.ts';
import { createThreadPool } from '../adapters/compute/thread-pool.ts';
import { configuredMarkets } from '../adapters/market-data/configured-markets.ts';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { parseEnvironment } from '../config/environment.ts';
import type { WorkerQueue } from '../config/environment-variables.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { describeProblems, InvalidInput } from '../schemas/problem.ts';
import { keepAlerting } from './alerts.ts';
import { createLlmWorker } from './create-llm-worker.ts';
import { createComputeWorker, createResearchWorker } from './create-research-workers.ts';
import { createTradingWorker } from './create-trading-worker.ts';
import { keepFollowingDrift } from './drift-watch.ts';
import { llmSettings } from './llm.ts';
import { keepCommenting } from './officer-commentary.ts';
import { startOfficers } from './officers.ts';
import { ensureSchedules } from './schedules.ts';
import { keepReviewing } from './trade-reviews.ts';
import { workflowBundle } from './workflow-bundle.ts';

const BORN_AT_MS = Date.now();
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const POOL_SIZE = 12;

async function run(): Promise<void> {
  const environment = parseEnvironment();
  const { temporalAddress: address, databaseUrl, temporalNamespace: namespace, payloadKeys } = environment;
  if (address === null || databaseUrl === null) throw new Error('TEMPORAL_ADDRESS and DATABASE_URL must be set');
  const home = environment.home ?? join(PROJECT, '.data');
  installRuntime(environment.logLevel);
  const [codePath, nativeConnection, connection] = await Promise.all([
    workflowBundle(join(home, 'cache'), payloadKeys.length > 0),
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const db = openDatabase(databaseUrl, { poolSize: POOL_SIZE });
  const client = new Client({ connection, namespace, dataConverter: dataConverterOf(payloadKeys) });
  const pool = createThreadPool();
  if (environment.workerQueues.includes('compute')) pool.warmUp();
  const configFolder = environment.configFolder ?? join(PROJECT, 'config');
  const shared = {
    ...{ nativeConnection, namespace, codePath, db, configFolder, home, payloadKeys },
    codeVersion: codeVersion(),
  };
  const makers: { readonly [Q in WorkerQueue]?: () => Promise<Worker> } = {
    trading: () =>
      createTradingWorker({
        ...shared,
        client,
        bornAtMs: BORN_AT_MS,
        venues: configuredVenues(environment, { onMissing: warnOfMissing }),
        markets: configuredMarkets(environment.markets),
      }),
    llm: () => createLlmWorker({ ...shared, ...llmSettings(environment, { configFolder, project: PROJECT }) }),
    research: () => createResearchWorker(shared),
    compute: () => createComputeWorker(shared, pool),
  };
  const workers = await Promise.all(environment.workerQueues.map((queue) => makers[queue]?.() ?? null));
  const running = workers.filter((worker) => worker !== null);
  if (running.length === 0) throw new Error(`none of the queues ${environment.workerQueues.join(', ')} has work yet`);
  const reviews = environment.workerQueues.includes('research') ? keepReviewing({ db, client }) : null;
  const drift = reviews === null ? null : keepFollowingDrift({ db, client });
  const comments = reviews !== null && environment.models.officerCommentary ? keepCommenting({ db, client }) : null;
  const channels = configuredAlerts(environment.alerts, (line) => process.stdout.write(line));
  const alerts = environment.workerQueues.includes('trading') ? keepAlerting({ db, channels, nowMs: Date.now }) : null;
  const officers = environment.workerQueues.includes('trading') ? environment.officers : [];
  await Promise.all([
    ...running.map((worker) => worker.run()),
    ensureSchedules(client),
    startOfficers(client, officers),
  ]);
  reviews?.stop();
  drift?.stop();
  comments?.stop();
  await alerts?.stop();
  await Promise.all([pool.close(), closeDatabase(db), connection.close(), nativeConnection.close()]);
}

type LogLevel = ReturnType<typeof parseEnvironment>['logLevel'];

const SDK_LEVELS = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

function installRuntime(level: LogLevel): void {
  const filter = { core: 'WARN', other: 'WARN' } as const;
  Runtime.install({
    logger: new DefaultLogger(SDK_LEVELS[level], ({ level: severity, timestampNanos, message, meta }) => {
      const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      process.stdout.write(`${JSON.stringify({ at, level: severity, message, ...meta })}\n`);
    }),
    telemetryOptions: { logging: { filter, forward: {} } },
  });
}

const warnOfMissing = (symbols: readonly string[]): void =>
  Runtime.instance().logger.warn('the exchange has no market for these symbols: their orders are refused', { symbols });

/** Version of the package; reports carry it, their hash does not. */
const codeVersion = (): string => JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')).version;

run().catch((error: unknown) => {
  const text =
    error instanceof InvalidInput
      ? describeProblems(error.problems)
      : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 1_000).unref();
});
