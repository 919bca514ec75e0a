/** Who serves the queues, asked of the Temporal server: workers that have polled lately, and what waits for them. */
import type { Client } from '@temporalio/client';
import type { QueueStanding } from '../../schemas/officers/desk-health.ts';

/** A poll is open for up to a minute, and is told of when it began. */
const SEEN_MS = 90_000;
const WITHIN_MS = 2_000;
/** A queue has several partitions: only the enhanced answer knows all of them. 1: workflow tasks, 2: activity tasks. */
const ENHANCED = { taskQueueType: 1, taskQueueTypes: [1, 2], apiMode: 1, reportPollers: true, reportStats: true };

/** @throws what the server says, or that it says nothing within two seconds */
export const queueStandings = (client: Client, queues: readonly string[]): Promise<QueueStanding[]> =>
  client.withDeadline(Date.now() + WITHIN_MS, () => Promise.all(queues.map((queue) => standingOf(client, queue))));

async function standingOf(client: Client, queue: string): Promise<QueueStanding> {
  const request = { namespace: client.options.namespace, taskQueue: { name: queue }, ...ENHANCED };
  const { versionsInfo } = await client.workflowService.describeTaskQueue(request);
  const types = Object.values(versionsInfo ?? {}).flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}));
  const sinceMs = Date.now() - SEEN_MS;
  const seen = types
    .flatMap(({ pollers }) => pollers ?? [])
    .filter(({ lastAccessTime }) => millisecondsOf(lastAccessTime) > sinceMs);
  return {
    queue,
    workers: new Set(seen.map(({ identity }) => identity)).size,
    backlog: types.reduce((sum, { stats }) => sum + Number(stats?.approximateBacklogCount ?? 0), 0),
    backlogAgeMs: Math.max(0, ...types.map(({ stats }) => millisecondsOf(stats?.approximateBacklogAge))),
  };
}

type Time = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

const millisecondsOf = (time: Time): number =>
  Math.round(Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1_000_000);
