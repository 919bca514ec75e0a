/**
 * The product's own trading worker, but with an order engine that is put together here, around ports that lack a
 * safeguard. For controls only: nothing of the product imports it, and no setting of the product leads to it.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createOfficerActivities } from '../../activities/officers.ts';
import type { OrderStep } from '../../activities/order/order-step.ts';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import type { Broker } from '../../adapters/broker/broker.ts';
import { configuredVenues } from '../../adapters/broker/configured-venues.ts';
import type { Venue } from '../../adapters/broker/venue.ts';
import { dataConverterOf } from '../../adapters/payload/data-converter.ts';
import { parseEnvironment } from '../../config/environment.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { openDatabase } from '../../db/connection.ts';
import { createVenueStore } from '../../db/venue-store.ts';
import { costsSchema } from '../../schemas/execution.ts';
import type { CycleRequest } from '../../schemas/officers/cycle.ts';
import { createTradingWorker } from '../../workers/create-trading-worker.ts';
import { startOfficers } from '../../workers/officers.ts';
import { ensureSchedules } from '../../workers/schedules.ts';
import { officerParts, type TradingParts, tradingActivities } from '../../workers/trading.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { weakened } from './weakened-engine.ts';

const POOL_SIZE = 12;

export async function runControlWorker(control: string): Promise<void> {
  const environment = parseEnvironment();
  const { temporalAddress: address, databaseUrl, temporalNamespace: namespace, home, configFolder } = environment;
  const { payloadKeys } = environment;
  const venues = configuredVenues(environment);
  const [venue] = venues;
  if (address === null || databaseUrl === null || home === null || configFolder === null || venue === undefined) {
    throw new Error('this worker is started by an exam');
  }
  const [codePath, nativeConnection, connection] = await Promise.all([
    workflowBundle(path.join(home, 'cache'), payloadKeys.length > 0),
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const db = openDatabase(databaseUrl, { poolSize: POOL_SIZE });
  const client = new Client({ connection, namespace, dataConverter: dataConverterOf(payloadKeys) });
  const parts = { db, client, home, configFolder, codeVersion: 'control', bornAtMs: Date.now(), venues };
  const weak =
    control === 'forget-missed' ? forgetfulOfficers(parts) : orderActivities(weakBroker(parts, venue, control));
  const activities = { ...tradingActivities(parts), ...weak };
  const worker = await createTradingWorker({
    ...parts,
    nativeConnection,
    namespace,
    codePath,
    payloadKeys,
    activities,
  });
  const officers = environment.officers;
  await Promise.all([worker.run(), ensureSchedules(client), startOfficers(client, officers)]);
}

/** Officers that do not note which slots went by unserved. */
function forgetfulOfficers(parts: TradingParts) {
  const own = createOfficerActivities(officerParts(parts));
  const forget = (request: CycleRequest): CycleRequest => ({ ...request, missed: [], isFirst: false });
  return {
    measureRisk: (request: CycleRequest) => own.measureRisk(forget(request)),
    reviewStrategies: (request: CycleRequest) => own.reviewStrategies(forget(request)),
    decideMode: (request: CycleRequest) => own.decideMode(forget(request)),
    mergeStates: (request: CycleRequest) => own.mergeStates(forget(request)),
  };
}

/** As the desk puts it together (workers/venue-desk.ts), around weakened ports. */
function weakBroker({ db, configFolder }: TradingParts, venue: Venue, control: string): Broker {
  const { desk } = loadGovernance(configFolder);
  const costs = costsSchema.parse({});
  const { idProfile } = venue;
  const store = createVenueStore({ db, costs, desk, killFile: () => null, nowMs: Date.now, idProfile });
  return createVenueOrders(weakened({ store, venue, nowMs: Date.now, sleep: (ms) => sleep(ms) }, control));
}

/** The activities that reach the order engine; an exam trades at one venue only. */
const orderActivities = (broker: Broker) => ({
  submitOrders: ({ decisionId }: OrderStep) => broker.submit(decisionId, null),
  workOrders: async ({ decisionId }: { readonly decisionId: string }) => (await broker.look(decisionId)).own,
  cancelOrders: async ({ decisionId, reason }: { readonly decisionId: string; readonly reason: string }) =>
    (await broker.cancel(decisionId, reason)).own,
});
