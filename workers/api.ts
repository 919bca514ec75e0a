/**
 * The process of the HTTP interface: it reads the book and speaks to workflows, and decides nothing. Where it listens
 * is in `<home>/api.json`; who may call, in `<home>/token`.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { createApi } from '../api/create-api.ts';
import { API_LIMITS } from '../api/parts.ts';
import { callersOf, ensureTokenFile } from '../api/tokens.ts';
import type { Api } from '../api/typed.ts';
import { clientHost, clientUrl } from '../config/api-environment.ts';
import { type Environment, parseEnvironment } from '../config/environment.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { openEventFeed } from '../db/event-feed.ts';
import { describeProblems, InvalidInput } from '../schemas/problem.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const POOL_SIZE = 8;
const STATEMENT_MS = 10_000;
const PORT = 8_080;

async function run(): Promise<void> {
  const environment = parseEnvironment();
  const {
    temporalAddress: address,
    databaseUrl,
    temporalNamespace: namespace,
    payloadKeys,
    api: settings,
  } = environment;
  if (address === null || databaseUrl === null) throw new Error('TEMPORAL_ADDRESS and DATABASE_URL must be set');
  const home = environment.home ?? join(PROJECT, '.data');
  const db = openDatabase(databaseUrl, {
    poolSize: POOL_SIZE,
    statementTimeoutMs: STATEMENT_MS,
    applicationName: 'api',
  });
  const connection = Connection.lazy({ address });
  const feed = openEventFeed(db, databaseUrl);
  ensureTokenFile(join(home, 'token'));
  const hostsAllowed: string[] = [...settings.hostsAllowed];
  const app = await createApi({
    db,
    client: new Client({ connection, namespace, dataConverter: dataConverterOf(payloadKeys) }),
    feed,
    taskQueue: TRADING_QUEUE,
    limits: API_LIMITS,
    logLevel: environment.logLevel,
    callers: callersOf(join(home, 'token')),
    hostsAllowed,
    nowMs: Date.now,
    version: JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')).version,
    tls: readTls(settings),
  });
  const port = await listen(app, home, settings);
  const own = ['127.0.0.1', 'localhost', '[::1]', clientHost(settings)];
  hostsAllowed.push(...own.flatMap((name) => [name, `${name}:${port}`]));
  const url = clientUrl(settings, port);
  writeWhole(join(home, 'api.json'), `${JSON.stringify({ url, port, pid: process.pid })}\n`);
  await terminated();
  await app.close();
  await Promise.all([feed.close(), closeDatabase(db), connection.close()]);
  process.exit(0);
}

/** A port that was asked for must be free; else the last one, 8080, or any. */
async function listen(app: Api, home: string, { host, port }: Environment['api']): Promise<number> {
  for (const candidate of port === null ? [lastPort(home), PORT, 0] : [port]) {
    try {
      await app.listen({ host, port: candidate });
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : candidate;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || port !== null) throw error;
    }
  }
  throw new Error('no port is free');
}

function lastPort(home: string): number {
  try {
    const { port } = JSON.parse(readFileSync(join(home, 'api.json'), 'utf8'));
    return typeof port === 'number' ? port : PORT;
  } catch {
    return PORT;
  }
}

const readTls = ({ tls }: Environment['api']) =>
  tls === null ? null : { cert: readFileSync(tls.certFile, 'utf8'), key: readFileSync(tls.keyFile, 'utf8') };

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const terminated = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });

run().catch((error: unknown) => {
  const text =
    error instanceof InvalidInput
      ? describeProblems(error.problems)
      : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
