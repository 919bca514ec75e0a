/**
 * Workers of the queues `research` and `compute`, wired but not yet running. Their process (workers/all.ts) and the
 * tests make them the same way. Connections and threads stay the caller's to close.
 */
import { hostname } from 'node:os';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { ComputePool } from '../adapters/compute/compute-pool.ts';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { COMPUTE_QUEUE, RESEARCH_QUEUE } from '../workflows/messages/research.ts';
import { beatWhileRunning } from './heartbeats.ts';
import { computeActivities, type ResearchWiring, researchActivities } from './research.ts';

export type ResearchWorkerParts = ResearchWiring & {
  readonly nativeConnection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue?: string;
  /** What encrypts payloads; none when left out. */
  readonly payloadKeys?: readonly Uint8Array[];
};

/** One batch computes on all threads while the next one's rows are read or written. */
const BATCHES_AT_ONCE = 2;

const connected = ({ nativeConnection: connection, namespace, payloadKeys = [] }: ResearchWorkerParts) => ({
  connection,
  namespace,
  dataConverter: dataConverterOf(payloadKeys),
  identity: `quarterdeck:${process.pid}@${hostname()}`,
});

/** Workflows of research and the light steps between their evaluations. `codePath`: the built workflows. */
export const createResearchWorker = (parts: ResearchWorkerParts & { readonly codePath: string }): Promise<Worker> =>
  Worker.create({
    ...connected(parts),
    taskQueue: parts.taskQueue ?? RESEARCH_QUEUE,
    workflowBundle: { codePath: parts.codePath },
    activities: researchActivities(parts),
    interceptors: { activity: [beatWhileRunning] },
    shutdownGraceTime: '10 seconds',
    stickyQueueScheduleToStartTimeout: '2 seconds',
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });

/** Activities alone. Heartbeats go out as they are made: with each answer the server tells of a pause. */
export const createComputeWorker = (parts: ResearchWorkerParts, pool: ComputePool): Promise<Worker> =>
  Worker.create({
    ...connected(parts),
    taskQueue: parts.taskQueue ?? COMPUTE_QUEUE,
    activities: computeActivities(parts, pool),
    maxConcurrentActivityTaskExecutions: BATCHES_AT_ONCE,
    maxHeartbeatThrottleInterval: '250 milliseconds',
    defaultHeartbeatThrottleInterval: '250 milliseconds',
    shutdownGraceTime: '2 seconds',
  });
