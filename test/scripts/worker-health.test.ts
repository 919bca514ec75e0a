/** The health check of the worker's container: healthy while the worker of this host asks for work, else not. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { connectTemporal, prepareNamespace } from '../../scripts/lib/temporal-namespace.ts';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const namespace = `health-${randomUUID()}`;

function health(): Promise<number> {
  const env = inheritedEnvironment({ TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: namespace });
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/run.mjs', 'worker-health'], { env }, (error) => {
      resolve(error === null ? 0 : Number(error.code));
    });
  });
}

async function poll(identity: string, during: () => Promise<void>): Promise<void> {
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const workflowBundle = { codePath: inject('workflowBundlePath') };
  const worker = await Worker.create({ connection, namespace, taskQueue: TRADING_QUEUE, workflowBundle, identity });
  await worker.runUntil(during);
  await connection.close();
}

it('calls a host without a worker unhealthy, and one whose worker polls healthy', async () => {
  const connection = await connectTemporal(inject('temporalAddress'), 5_000);
  await prepareNamespace(connection, namespace, true);
  await connection.close();
  expect(await health()).toBe(1);
  await poll('quarterdeck:7@another-host', async () => expect(await health()).toBe(1));
  await poll(`quarterdeck:8@${hostname()}`, async () => {
    let code = await health();
    for (let attempt = 1; code !== 0 && attempt < 10; attempt += 1) code = await health();
    expect(code).toBe(0);
  });
});
