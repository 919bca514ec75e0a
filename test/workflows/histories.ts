/** Reads what a workflow left in its history: its runs, its events, the words it was told and said. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type Event = NonNullable<History['events']>[number];

/** All runs of one execution, oldest first, following continue-as-new. */
export async function runsOf(client: Client, workflowId: string, firstRunId: string): Promise<(readonly Event[])[]> {
  const runs: (readonly Event[])[] = [];
  let runId: string | null | undefined = firstRunId;
  while (runId !== null && runId !== undefined && runId !== '') {
    const { events }: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push(events ?? []);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

/** Every failed workflow task: there never may be one. The mark that a reset leaves is none. */
export const taskFailures = (events: readonly Event[]): string[] =>
  events.flatMap(({ workflowTaskFailedEventAttributes: failed }) => {
    if (failed === undefined || failed === null || failed.baseRunId) return [];
    return [`cause ${failed.cause}: ${failed.failure?.message ?? ''}`];
  });

/** Failures of workflow tasks in any run on this task queue: an acceptance figure, always none. */
export async function allTaskFailures(client: Client, taskQueue: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push(...taskFailures(events ?? []).map((failure) => `${workflowId}: ${failure}`));
  }
  return found;
}

/** The first argument of every activity of this name that was scheduled. */
export const activityInputs = (events: readonly Event[], name: string): unknown[] =>
  events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === name ? [argumentOf(scheduled.input?.payloads?.[0])] : [],
  );

/** Bytes of the arguments a run was started with. */
export const inputBytes = (events: readonly Event[]): number =>
  (events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []).reduce(
    (sum, one) => sum + (one.data?.length ?? 0),
    0,
  );

/** Names of the failures that activities ended with. */
export const activityFailureTypes = (events: readonly Event[]): string[] =>
  events.flatMap(({ activityTaskFailedEventAttributes: failed }) => {
    const type = failed?.failure?.applicationFailureInfo?.type;
    return type === undefined || type === null ? [] : [type];
  });

export const childStarts = (events: readonly Event[]): number =>
  events.filter((event) => event.childWorkflowExecutionStartedEventAttributes).length;

const argumentOf = (payload: Payload | undefined): unknown =>
  payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
