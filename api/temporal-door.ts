/**
 * Reaching workflows: what Temporal refuses becomes a refusal with its status, and nothing is waited for without end.
 */
import {
  type Client,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { problemSchema } from '../schemas/problem.ts';
import { Refusal, refusal } from './refusal.ts';

const ASKED_MS = 5_000;
const REACHED_MS = 2_000;
const COMMAND_MS = 10_000;
/** What the server answers for an update whose workflow ended first. */
const ENDED_FIRST = 'AcceptedUpdateCompletedWorkflow';

/** Runs `work` with a deadline. @throws Refusal 409 SESSION_CLOSED, 400 as the workflow says, 503 TEMPORAL_DOWN */
export async function atTemporal<T>(client: Client, workflowId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + COMMAND_MS, work);
  } catch (error) {
    throw refusalOf(error, workflowId) ?? error;
  }
}

/** The answer of a query; null when no worker answers it or there is no such workflow. */
export async function asked<T>(client: Client, ask: () => Promise<T>): Promise<T | null> {
  return client.withDeadline(Date.now() + ASKED_MS, ask).catch(() => null);
}

/**
 * The answer of a workflow that never ends; null when it does not run or has not spoken yet.
 * @throws Refusal 503 TEMPORAL_DOWN when the server itself does not answer: nobody has been asked then
 */
export async function heard<T>(client: Client, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await client.withDeadline(Date.now() + ASKED_MS, ask);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) await reach(client);
    return null;
  }
}

const reach = (client: Client): Promise<unknown> =>
  client
    .withDeadline(Date.now() + REACHED_MS, () => client.workflowService.getSystemInfo({}))
    .catch(() => {
      throw refusal(503, 'TEMPORAL_DOWN', 'temporal', 'no answer', 'a server that answers', 'see npm run doctor');
    });

function refusalOf(error: unknown, workflowId: string): Refusal | null {
  if (error instanceof WorkflowNotFoundError) return closed(workflowId);
  if (error instanceof WorkflowUpdateFailedError) return fromFailure(error.cause, workflowId);
  if (error instanceof ServiceError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return refusal(503, 'TEMPORAL_DOWN', 'workflowId', workflowId, 'an answer of its worker', 'see npm run doctor');
  }
  return null;
}

const closed = (workflowId: string): Refusal =>
  refusal(409, 'SESSION_CLOSED', 'workflowId', workflowId, 'a workflow that runs');

function fromFailure(cause: unknown, workflowId: string): Refusal | null {
  if (!(cause instanceof ApplicationFailure)) return null;
  if (cause.type === ENDED_FIRST) return closed(workflowId);
  const parsed = problemSchema.array().safeParse(Object(cause.details?.[0]).problems);
  return parsed.success ? new Refusal(400, parsed.data) : null;
}
