/**
 * A session's child workflows: one `orderExecution` for each decision that sends orders. Children outlive the run of
 * their parent (continue-as-new closes it), so they are started with ABANDON and report by signal.
 */
import { condition, getExternalWorkflowHandle, log, startChild, workflowInfo } from '@temporalio/workflow';
import type { OrderChange, OrderHandOver } from '../../schemas/session-walk.ts';
import { fillReportedSignal } from '../messages/order-execution.ts';
import type { orderExecution } from '../order-execution.ts';
import type { Inbox } from './handlers.ts';
import type { SessionCarry } from './session-state.ts';

/** Starts the child and waits until it has reported: its orders are at work, or the gate refused them. */
export async function handOverOrders(carry: SessionCarry, inbox: Inbox, order: OrderHandOver): Promise<void> {
  const { sessionId, accountId } = carry.handle;
  const { decisionId, intents } = order;
  const sessionWorkflowId = workflowInfo().workflowId;
  const input = { origin: 'session' as const, sessionId, sessionWorkflowId, accountId, decisionId, intents };
  const child = await startChild<typeof orderExecution>('orderExecution', {
    workflowId: order.childId,
    args: [input],
    parentClosePolicy: 'ABANDON',
    cancellationType: 'ABANDON',
    staticSummary: order.summary,
  });
  let failed = false;
  child.result().catch((error: unknown) => {
    failed = true;
    log.error('an order child failed', { childId: order.childId, error: String(error) });
  });
  await condition(() => failed || inbox.orderReports.has(decisionId));
  const report = inbox.orderReports.get(decisionId);
  inbox.orderReports.delete(decisionId);
  if (report !== undefined) await tellChildren(report.changes);
}

/** Tells each child what became of its orders. A child that is gone has nothing left to hear. */
export async function tellChildren(changes: readonly OrderChange[]): Promise<void> {
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

async function tell(childId: string, changes: readonly OrderChange[]): Promise<void> {
  try {
    await getExternalWorkflowHandle(childId).signal(fillReportedSignal, changes);
  } catch (error) {
    log.info('an order child is already closed', { childId, error: String(error) });
  }
}
