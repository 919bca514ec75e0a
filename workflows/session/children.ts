/**
 * A session's child workflows: one `orderExecution` for each decision that sends orders. Children outlive the run of
 * their parent (continue-as-new closes it), so they are started with ABANDON and report by signal.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  log,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { FINAL_ORDER_STATES } from '../../schemas/execution.ts';
import type { OrderChange, OrderHandOver } from '../../schemas/session-walk.ts';
import { fillReportedSignal } from '../messages/order-execution.ts';
import type { orderExecution } from '../order-execution.ts';
import type { Inbox } from './handlers.ts';
import type { SessionCarry } from './session-state.ts';

type OrderChild = ChildWorkflowHandle<typeof orderExecution>;

/** How long a run waits at its end for children that have nothing left to do. */
const SETTLED_WITHIN_MS = 10_000;

/**
 * Starts the child and waits until it has reported. @returns whether its orders are at work; false where the gate
 * refused them, null where the child ended without a report
 */
export async function handOverOrders(carry: SessionCarry, inbox: Inbox, order: OrderHandOver): Promise<boolean | null> {
  const { childId, decisionId } = order;
  const child = await startOrder(carry, order);
  if (child === null) return null;
  inbox.children.set(childId, new Set(order.intents.map((one) => one.clientOrderId)));
  child
    .result()
    .catch((error: unknown) => log.error('an order child failed', { childId, error: String(error) }))
    .finally(() => {
      inbox.children.delete(childId);
      inbox.childEnded = true;
    });
  await CancellationScope.nonCancellable(() =>
    condition(() => !inbox.children.has(childId) || inbox.orderReports.has(decisionId)),
  );
  const report = inbox.orderReports.get(decisionId);
  inbox.orderReports.delete(decisionId);
  if (report?.approved === false) inbox.children.get(childId)?.clear();
  if (report !== undefined) await tellChildren(inbox, report.changes);
  return report?.approved ?? null;
}

/** Null when the child is already running: a session that was reset meets the children it had started before. */
async function startOrder(carry: SessionCarry, order: OrderHandOver): Promise<OrderChild | null> {
  const { sessionId, accountId, epoch } = carry.handle;
  const { childId, decisionId, intents, summary } = order;
  const sessionWorkflowId = workflowInfo().workflowId;
  const input = { origin: 'session' as const, sessionId, sessionWorkflowId, accountId, epoch, decisionId, intents };
  const options = { workflowId: childId, args: [input] as [typeof input], staticSummary: summary };
  try {
    return await CancellationScope.nonCancellable(() =>
      startChild<typeof orderExecution>('orderExecution', {
        ...options,
        parentClosePolicy: 'ABANDON',
        cancellationType: 'ABANDON',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    log.warn('an order child is at work already', { childId });
    return null;
  }
}

/** Tells each child what became of its orders. A child that has ended is left out. */
export async function tellChildren(inbox: Inbox, changes: readonly OrderChange[]): Promise<void> {
  for (const { childId, clientOrderId, state } of changes) {
    if (FINAL_ORDER_STATES.includes(state)) inbox.children.get(childId)?.delete(clientOrderId);
  }
  const childIds = [...new Set(changes.map((one) => one.childId))];
  await Promise.all(
    childIds.map((childId) =>
      tell(
        childId,
        changes.filter((one) => one.childId === childId),
      ),
    ),
  );
}

/** Waits for the children that are about to end, so that their last signal does not meet the end of this run. */
export async function childrenSettled(inbox: Inbox): Promise<void> {
  const isSettled = (): boolean => [...inbox.children.values()].every((open) => open.size > 0);
  if (!isSettled()) await condition(isSettled, SETTLED_WITHIN_MS);
}

async function tell(childId: string, changes: readonly OrderChange[]): Promise<void> {
  try {
    await getExternalWorkflowHandle(childId).signal(fillReportedSignal, changes);
  } catch (error) {
    log.info('an order child is already closed', { childId, error: String(error) });
  }
}
