/**
 * A desk whose worker runs in this very process, on a task queue of its own: for recording histories and for tests.
 * Real server, real Postgres, real activities. The worker can be stopped and another one started.
 */
import path from 'node:path';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Venue } from '../../adapters/broker/venue.ts';
import type { VendorMarket, VendorName } from '../../adapters/market-data/vendor-market.ts';
import { dataConverterOf } from '../../adapters/payload/data-converter.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import type { Database } from '../../db/tables.ts';
import { createTradingWorker } from '../../workers/create-trading-worker.ts';
import { orderExecutionId } from '../../workflows/messages/order-execution.ts';
import { strategySessionId } from '../../workflows/messages/strategy-session.ts';
import type { orderExecution } from '../../workflows/order-execution.ts';
import type { strategySession } from '../../workflows/strategy-session.ts';
import { projectFolder } from './paths.ts';

export type DeskTargets = {
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The built workflows. */
  readonly codePath: string;
  /** Holds the file KILL, nothing else. */
  readonly home: string;
  /** Holds governance.yaml and compliance.yaml. @default the project's */
  readonly configFolder?: string;
  /** Network venues beside the paper book; none when left out. */
  readonly venues?: readonly Venue[];
  /** Vendors of market data; none when left out. */
  readonly markets?: (name: VendorName) => VendorMarket;
  /** What encrypts payloads, made for the built workflows; none when left out. */
  readonly payloadKeys?: readonly Uint8Array[];
  /** Wall time. @default Date.now */
  readonly nowMs?: () => number;
};

export type SessionRun = WorkflowHandleWithFirstExecutionRunId<typeof strategySession>;
export type OrderRun = WorkflowHandleWithFirstExecutionRunId<typeof orderExecution>;

export type DeskInProcess = {
  readonly client: Client;
  readonly db: Database;
  readonly targets: DeskTargets;
  readonly startWorker: () => Promise<void>;
  /** Drains and ends the worker; nothing happens when none runs. */
  readonly stopWorker: () => Promise<void>;
  /** A worker that runs workflow code but no activity: what it dispatches stays in the queue. */
  readonly startWorkflowWorker: () => Promise<void>;
  readonly startSession: (sessionId: string, input?: unknown) => Promise<SessionRun>;
  readonly startOrder: (id: string, input?: unknown) => Promise<OrderRun>;
  readonly close: () => Promise<void>;
};

type Running = { readonly worker: Worker; readonly done: Promise<void> };

const POOL_SIZE = 12;
let quiet = false;

/** Opens connections; `startWorker` makes it serve. */
export async function openDeskInProcess(targets: DeskTargets): Promise<DeskInProcess> {
  beQuiet();
  const { address, namespace, taskQueue } = targets;
  const connection = await Connection.connect({ address });
  const nativeConnection = await NativeConnection.connect({ address });
  const db = openDatabase(targets.databaseUrl, { poolSize: POOL_SIZE });
  const dataConverter = dataConverterOf(targets.payloadKeys ?? []);
  const client = new Client({ connection, namespace, dataConverter });
  let running: Running | null = null;
  const run = (worker: Worker): void => {
    running = { worker, done: worker.run() };
    running.done.catch(() => undefined);
  };
  const stopWorker = async (): Promise<void> => {
    const stopping = running;
    running = null;
    if (stopping === null) return;
    stopping.worker.shutdown();
    await stopping.done;
  };
  return {
    client,
    db,
    targets,
    stopWorker,
    startWorker: async () => run(await createTradingWorker({ ...partsOf(targets), nativeConnection, db, client })),
    startWorkflowWorker: async () => run(await createWorkflowWorker(targets, nativeConnection)),
    startSession: (sessionId, input) =>
      client.workflow.start<(raw?: unknown) => ReturnType<typeof strategySession>>('strategySession', {
        taskQueue,
        workflowId: strategySessionId(sessionId),
        args: input === undefined ? [] : [input],
      }),
    startOrder: (id, input) =>
      client.workflow.start<(raw?: unknown) => ReturnType<typeof orderExecution>>('orderExecution', {
        taskQueue,
        workflowId: orderExecutionId(id),
        args: input === undefined ? [] : [input],
      }),
    close: async () => {
      await stopWorker();
      await Promise.all([closeDatabase(db), connection.close(), nativeConnection.close()]);
    },
  };
}

const partsOf = ({
  namespace,
  taskQueue,
  codePath,
  home,
  configFolder = path.join(projectFolder, 'config'),
  venues = [],
  ...targets
}: DeskTargets) => ({
  venues,
  ...(targets.markets === undefined ? {} : { markets: targets.markets }),
  ...(targets.payloadKeys === undefined ? {} : { payloadKeys: targets.payloadKeys }),
  ...(targets.nowMs === undefined ? {} : { nowMs: targets.nowMs }),
  namespace,
  taskQueue,
  codePath,
  home,
  configFolder,
  codeVersion: 'in-process',
  bornAtMs: Date.now(),
});

function createWorkflowWorker(targets: DeskTargets, connection: NativeConnection): Promise<Worker> {
  const { namespace, taskQueue, codePath, payloadKeys = [] } = targets;
  const dataConverter = dataConverterOf(payloadKeys);
  return Worker.create({ connection, namespace, taskQueue, workflowBundle: { codePath }, dataConverter });
}

/** Only errors of the SDK are worth a line here. */
function beQuiet(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}
