/** Reaching workflows: what Temporal refuses becomes a refusal with its status, and nothing is waited for without end. */
import { type Client, ServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { problemSchema } from '../schemas/problem.ts';
import { Refusal, refusal } from './refusal.ts';

const WITHIN_MS = 5_000;

/** Runs `work` with a deadline. @throws Refusal 409 SESSION_CLOSED, 400 as the workflow says, 503 TEMPORAL_DOWN */
export async function atTemporal<T>(client: Client, workflowId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + WITHIN_MS, work);
  } catch (error) {
    throw refusalOf(error, workflowId) ?? error;
  }
}

/** The answer of a query; null when no worker answers it or there is no such workflow. */
export async function asked<T>(client: Client, ask: () => Promise<T>): Promise<T | null> {
  return client.withDeadline(Date.now() + WITHIN_MS, ask).catch(() => null);
}

function refusalOf(error: unknown, workflowId: string): Refusal | null {
  if (error instanceof WorkflowNotFoundError) {
    return refusal(409, 'SESSION_CLOSED', 'workflowId', workflowId, 'a workflow that runs');
  }
  if (error instanceof WorkflowUpdateFailedError) return fromFailure(error.cause);
  if (error instanceof ServiceError) {
    return refusal(503, 'TEMPORAL_DOWN', 'workflowId', workflowId, 'an answer of its worker', 'see npm run doctor');
  }
  return null;
}

function fromFailure(cause: unknown): Refusal | null {
  if (!(cause instanceof ApplicationFailure)) return null;
  const parsed = problemSchema.array().safeParse(Object(cause.details?.[0]).problems);
  return parsed.success ? new Refusal(400, parsed.data) : null;
}
