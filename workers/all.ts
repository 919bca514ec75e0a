/**
 * One worker process: connects, serves the queues it is asked for, drains on SIGTERM. Which queues: WORKER_QUEUES;
 * of those only the ones that exist are served. Dies on what it cannot mend; its supervisor starts another.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { configuredVenues } from '../adapters/broker/configured-venues.ts';
import { configuredMarkets } from '../adapters/market-data/configured-markets.ts';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { parseEnvironment } from '../config/environment.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { describeProblems, InvalidInput } from '../schemas/problem.ts';
import { createTradingWorker } from './create-trading-worker.ts';
import { ensureSchedules } from './schedules.ts';
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
  const worker = await createTradingWorker({
    nativeConnection,
    namespace,
    codePath,
    db,
    client,
    home,
    configFolder: environment.configFolder ?? join(PROJECT, 'config'),
    codeVersion: codeVersion(),
    bornAtMs: BORN_AT_MS,
    payloadKeys,
    venues: configuredVenues(environment),
    markets: configuredMarkets(environment.markets),
  });
  await Promise.all([worker.run(), ensureSchedules(client)]);
  await Promise.all([closeDatabase(db), connection.close(), nativeConnection.close()]);
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
