/** A desk of its own with one worker that holds every key, and the server that its keys are sent to. */
import path from 'node:path';
import type { Connection } from '@temporalio/client';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { importBars } from '../../../scripts/lib/bars/store-bars.ts';
import { deskFiles, ensureFolder } from '../../../scripts/lib/paths.ts';
import { connectTemporal } from '../../../scripts/lib/temporal-namespace.ts';
import { workflowBundle } from '../../../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../../../workflows/messages/strategy-session.ts';
import { type Closeable, type Closers, openHome } from '../../rig/home.ts';
import { bringUp, workerEnvironment } from '../../rig/research-rig.ts';
import { RIG_WORKER, type RigWorker, rigWorker } from '../../rig/rig-worker.ts';
import { frozenFolderOf } from '../../rig/worker-orders.ts';
import type { Keys } from './keys.ts';
import { startTellingServer, type TellingServer } from './telling-server.ts';

export type SecretsRig = Closeable & {
  readonly home: string;
  readonly connection: Connection;
  /** As the owner of the tables. */
  readonly adminUrl: string;
  readonly worker: RigWorker;
  readonly server: TellingServer;
};

export const SYMBOL = 'SECRET/USDT';
export const INTERVAL_MS = 3_600_000;
const BARS = 400;

export const openSecretsRig = (keys: Keys): Promise<SecretsRig> =>
  openHome((home, closers) => assemble(home, keys, closers));

async function assemble(home: string, keys: Keys, closers: Closers) {
  const services = await bringUp(home);
  const { adminUrl, address } = services;
  await Promise.all([storeBars(adminUrl), workflowBundle(path.join(home, 'cache'))]);
  const server = await startTellingServer(SYMBOL);
  closers.unshift(() => server.close());
  const worker = rigWorker({
    ...{ name: 'worker', file: RIG_WORKER, queue: TRADING_QUEUE, spare: false },
    orders: { frozenFolder: frozenFolderOf(home), freezeShare: 0, control: null, seed: 1 },
    env: { ...workerEnvironment(home, 'trading,llm,research', services), ...settingsFor(keys, server.url) },
    logFolder: ensureFolder(deskFiles(home).logs),
  });
  closers.unshift(() => worker.end());
  const connection = await connectTemporal(address, 10_000);
  closers.unshift(() => connection.close());
  worker.start();
  await worker.isReady(connection);
  return { home, connection, adminUrl, worker, server };
}

async function storeBars(adminUrl: string): Promise<void> {
  const db = openDatabase(adminUrl, { poolSize: 2, applicationName: 'quarterdeck exam' });
  try {
    const series = syntheticSeries({ symbol: SYMBOL, intervalMs: INTERVAL_MS, count: BARS, seed: 1 });
    const bars = { series, exactTexts: new Map<number, string>() };
    await importBars(db, { sourceName: 'exam', bars, acceptJumps: true, replace: false, nowMs: Date.now() });
  } finally {
    await closeDatabase(db);
  }
}

const settingsFor = (keys: Keys, url: string): Record<string, string> => ({
  ...keys,
  ...{ LOG_LEVEL: 'debug', OFFICERS: 'none', QUARTERDECK_ALLOW_LOOPBACK: '1', LLM_BACKEND: 'openai' },
  ...{ OPENAI_BASE_URL: `${url}/v1`, ANTHROPIC_BASE_URL: url, AWS_ACCESS_KEY_ID: 'AKIAEXAM000000000000' },
  ...{ ALPACA_PAPER_URL: url, ALPACA_DATA_URL: url, CCXT_PAPER_URL: url, CCXT_PAPER_SYMBOLS: 'BTC/USDT' },
});
