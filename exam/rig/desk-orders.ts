/** Orders of an experiment as workflows of the desk: started, cancelled and asked through Temporal, whatever is being killed. */
import { Client, type Connection, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { z } from 'zod';
import type { manualOrderInputSchema, OrderExecutionStatus } from '../../schemas/order-execution.ts';
import { cancelOrderUpdate, orderExecutionId } from '../../workflows/messages/order-execution.ts';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import { patiently } from './patience.ts';

export type OrderRequest = z.input<typeof manualOrderInputSchema>;
/** How an order's workflow ended: with its status, or with what made it fail; `running` when it has not. */
export type OrderEnd =
  | { readonly kind: 'done'; readonly status: OrderExecutionStatus }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'running' };

export type DeskOrders = {
  readonly start: (id: string, request: OrderRequest) => Promise<void>;
  /** Nothing happens when it has ended. @throws Error when its workflow has had no task done for `withinMs`, a minute unless told */
  readonly cancel: (id: string, reason: string, withinMs?: number) => Promise<void>;
  readonly end: (id: string, withinMs: number) => Promise<OrderEnd>;
  readonly isRunning: (id: string) => Promise<boolean>;
};

const PATIENCE_MS = 60_000;
/** An answer that a killed server owes never comes: it is asked for again. */
const ANSWER_MS = 20_000;
/** What a killed worker had in hand goes to the other one after this; ten seconds unless told. */
const TASK_TIMEOUT = '2 seconds';

export function deskOrders(connection: Connection, namespace = 'default'): DeskOrders {
  const client = new Client({ connection, namespace });
  const handleOf = (id: string) => client.workflow.getHandle(orderExecutionId(id));
  return {
    start: (id, request) => patiently(() => start(client, id, request), PATIENCE_MS),
    cancel: (id, reason, withinMs = PATIENCE_MS) =>
      patiently(
        async () => {
          const update = {
            args: [{ reason }] as [{ reason: string }],
            updateId: `cancel-${reason.replaceAll(' ', '-')}`,
          };
          const ask = () => handleOf(id).executeUpdate(cancelOrderUpdate, update);
          await client.withDeadline(Date.now() + Math.min(withinMs, ANSWER_MS), ask);
        },
        withinMs,
        hasEnded,
      ).catch((error: unknown) => {
        if (!hasEnded(error)) throw error;
      }),
    isRunning: (id) => patiently(async () => (await handleOf(id).describe()).status.name === 'RUNNING', PATIENCE_MS),
    async end(id, withinMs) {
      try {
        const result = () => client.withDeadline(Date.now() + withinMs, () => handleOf(id).result());
        return { kind: 'done', status: (await result()) as OrderExecutionStatus };
      } catch (error) {
        if (!(error instanceof WorkflowFailedError)) return { kind: 'running' };
        return { kind: 'failed', reason: causesOf(error).join(' < ') };
      }
    },
  };
}

/** A start whose reply was lost has happened: the same id is refused then, and that is success. */
async function start(client: Client, id: string, request: OrderRequest): Promise<void> {
  try {
    await client.workflow.start('orderExecution', {
      taskQueue: TRADING_QUEUE,
      workflowId: orderExecutionId(id),
      args: [request],
      workflowTaskTimeout: TASK_TIMEOUT,
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
  }
}

const hasEnded = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'WorkflowNotFoundError') || error instanceof WorkflowUpdateFailedError;

function causesOf(error: Error): string[] {
  return [error.message, ...(error.cause instanceof Error ? causesOf(error.cause) : [])];
}
