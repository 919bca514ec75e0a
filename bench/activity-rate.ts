/** Activities per second of the desk's bare Temporal server, one after the other and many at once. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import type { Desk } from '../scripts/lib/desk.ts';
import { secondsOf } from './bench.ts';
import type { noOpActivities } from './no-op-workflow.ts';

export type ActivityRate = { readonly sequential: number; readonly parallel: number };

const SEQUENTIAL = 300;
const PARALLEL = 2_000;
const AT_ONCE = 100;

/** On a task queue of its own, with a worker in this process. */
export async function activityRate({ temporal: { address, namespace }, payloadKeys }: Desk): Promise<ActivityRate> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
  const dataConverter = dataConverterOf(payloadKeys);
  const taskQueue = `bench-${randomUUID()}`;
  const [connection, nativeConnection] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const worker = await Worker.create({
    connection: nativeConnection,
    namespace,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./no-op-workflow.ts', import.meta.url)),
    activities: { noOp: async () => undefined },
    dataConverter,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });
  const client = new Client({ connection, namespace, dataConverter });
  const seconds = (count: number, atOnce: number) =>
    secondsOf(() =>
      client.workflow.execute<typeof noOpActivities>('noOpActivities', {
        taskQueue,
        workflowId: `bench-no-op-${randomUUID()}`,
        args: [count, atOnce],
      }),
    );
  try {
    return await worker.runUntil(async () => {
      await seconds(20, 1);
      const sequential = SEQUENTIAL / (await seconds(SEQUENTIAL, 1));
      return { sequential, parallel: PARALLEL / (await seconds(PARALLEL, AT_ONCE)) };
    });
  } finally {
    await Promise.all([connection.close(), nativeConnection.close()]);
  }
}
