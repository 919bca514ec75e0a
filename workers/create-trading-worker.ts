/**
 * A worker of queue `trading`, wired but not yet running: the desk's policy seeded, stores and workflows put together.
 * Its process (workers/all.ts) and the tests make it the same way. Connections stay the caller's to close.
 */
import { hostname } from 'node:os';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { loadGovernance } from '../config/policy-files.ts';
import { seedDesk } from '../db/seed-desk.ts';
import { isSuperuser } from '../db/superuser.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';
import { beatWhileRunning } from './heartbeats.ts';
import { heedKill, type TradingParts, tradingActivities } from './trading.ts';

export type TradingWorkerParts = TradingParts & {
  readonly nativeConnection: NativeConnection;
  readonly namespace: string;
  /** The built workflows (workers/workflow-bundle.ts), made for the same keys. */
  readonly codePath: string;
  /** What encrypts payloads; none when left out. */
  readonly payloadKeys?: readonly Uint8Array[];
  /** What the worker does when asked. @default tradingActivities of these parts */
  readonly activities?: ReturnType<typeof tradingActivities>;
};

/** Seeds the desk's first policy and answers the worker; `run()` serves, `shutdown()` drains. @throws InvalidInput */
export async function createTradingWorker(parts: TradingWorkerParts): Promise<Worker> {
  const { settings, startMode } = loadGovernance(parts.configFolder);
  await seedDesk(parts.db, { mode: startMode, settings, nowMs: parts.bornAtMs });
  await refuseSuperuser(parts);
  await heedKill(parts);
  return Worker.create({
    connection: parts.nativeConnection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue ?? TRADING_QUEUE,
    workflowBundle: { codePath: parts.codePath },
    dataConverter: dataConverterOf(parts.payloadKeys ?? []),
    activities: parts.activities ?? tradingActivities(parts),
    interceptors: { activity: [beatWhileRunning] },
    identity: `quarterdeck:${process.pid}@${hostname()}`,
    shutdownGraceTime: '10 seconds',
    stickyQueueScheduleToStartTimeout: '2 seconds',
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });
}

/** Real money moves only under a role that cannot rewrite what happened. @throws InvalidInput DATABASE_SUPERUSER */
async function refuseSuperuser({ db, venues }: TradingParts): Promise<void> {
  if (!venues.some((venue) => venue.mode === 'live') || !(await isSuperuser(db))) return;
  const expected = 'a role such as quarterdeck_app, while ALPACA_LIVE_KEY is set';
  throw new InvalidInput([
    problem('DATABASE_SUPERUSER', 'DATABASE_URL', 'a superuser', expected, 'npm run migrate makes it'),
  ]);
}
