/**
 * A worker like workers/all.ts, but with the order engine put together here, around one port that lacks a safeguard.
 * For controls only: nothing of the product imports it, and no setting of the product leads to it.
 */
import { hostname } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import { configuredVenues } from '../../adapters/broker/configured-venues.ts';
import { dataConverterOf } from '../../adapters/payload/data-converter.ts';
import { type Environment, parseEnvironment } from '../../config/environment.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { openDatabase } from '../../db/connection.ts';
import type { Database } from '../../db/tables.ts';
import { createVenueStore } from '../../db/venue-store.ts';
import { costsSchema } from '../../schemas/execution.ts';
import { beatWhileRunning } from '../../workers/heartbeats.ts';
import { ensureSchedules } from '../../workers/schedules.ts';
import { tradingActivities } from '../../workers/trading.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import { type EngineParts, weakened } from './weakened-engine.ts';

const POOL_SIZE = 12;

export async function runControlWorker(control: string): Promise<void> {
  const environment = parseEnvironment();
  const { temporalAddress: address, databaseUrl, temporalNamespace: namespace, home, configFolder } = environment;
  if (address === null || databaseUrl === null || home === null || configFolder === null) {
    throw new Error('this worker is started by an exam');
  }
  const connection = await Connection.connect({ address });
  const db = openDatabase(databaseUrl, { poolSize: POOL_SIZE });
  const dataConverter = dataConverterOf(environment.payloadKeys);
  const client = new Client({ connection, namespace, dataConverter });
  const venues = configuredVenues(environment);
  const parts = { db, client, home, configFolder, codeVersion: 'control', bornAtMs: Date.now(), venues };
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: TRADING_QUEUE,
    workflowBundle: { codePath: await workflowBundle(path.join(home, 'cache'), environment.payloadKeys.length > 0) },
    dataConverter,
    activities: { ...tradingActivities(parts), ...weakActivities(environment, db, configFolder, control) },
    interceptors: { activity: [beatWhileRunning] },
    identity: `quarterdeck:${process.pid}@${hostname()}`,
    stickyQueueScheduleToStartTimeout: '2 seconds',
  });
  await Promise.all([worker.run(), ensureSchedules(client)]);
}

/** The two activities that send. */
function weakActivities(environment: Environment, db: Database, configFolder: string, control: string) {
  const [venue] = configuredVenues(environment);
  if (venue === undefined) throw new Error('no venue is configured');
  const { desk } = loadGovernance(configFolder);
  const costs = costsSchema.parse({});
  const engine: EngineParts = {
    store: createVenueStore({ db, costs, desk, killFile: () => null, nowMs: Date.now, idProfile: venue.idProfile }),
    venue,
    nowMs: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  const orders = createVenueOrders(weakened(engine, control));
  return {
    submitOrders: (step: { readonly decisionId: string }) => orders.submit(step.decisionId, null),
    workOrders: async ({ decisionId }: { readonly decisionId: string }) => (await orders.look(decisionId)).own,
  };
}
