/**
 * The health check of a worker in a container: whether the worker of this host has asked queue `trading` for work
 * lately. Exit code 0 yes, 1 no, 3 Temporal does not answer. On a desk of `npm start`, `npm run doctor` tells more.
 */
import { hostname } from 'node:os';
import { parseEnvironment } from '../config/environment.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';
import { deskDown, messageOf } from './lib/desk-problem.ts';
import { say } from './lib/progress.ts';
import { runScript } from './lib/script.ts';
import { connectTemporal } from './lib/temporal-namespace.ts';

/** An idle poll is answered after a minute; a worker that hangs is silent for longer. */
const SILENCE_MS_MAX = 150_000;
const WORKFLOW_QUEUE_TYPE = 1;

await runScript(async () => {
  const { temporalAddress, temporalNamespace: namespace } = parseEnvironment();
  const address = temporalAddress ?? '127.0.0.1:7233';
  const connection = await connectTemporal(address, 5_000).catch((error: unknown) => {
    throw deskDown('TEMPORAL_UNREACHABLE', 'TEMPORAL_ADDRESS', address, `a Temporal server (${messageOf(error)})`, '');
  });
  const request = { namespace, taskQueue: { name: TRADING_QUEUE }, taskQueueType: WORKFLOW_QUEUE_TYPE };
  const { pollers } = await connection.workflowService.describeTaskQueue(request);
  const lastMs = (pollers ?? [])
    .filter(({ identity }) => identity?.endsWith(`@${hostname()}`))
    .map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
  const silenceMs = Date.now() - Math.max(0, ...lastMs);
  if (silenceMs <= SILENCE_MS_MAX) return 0;
  say(`no worker of ${hostname()} has asked queue ${TRADING_QUEUE} for work in ${SILENCE_MS_MAX / 1_000} s`);
  return 1;
});
