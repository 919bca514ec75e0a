/** The desk's Temporal Schedules. Made by the first worker that comes; one that exists is left as a person has set it. */
import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { RECONCILIATION_ID } from '../workflows/messages/reconciliation.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';

const EVERY = '5 minutes';

/** Books against venues every five minutes, and now: a start of the desk is a reason to compare. */
export async function ensureSchedules(client: Client): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: RECONCILIATION_ID,
      spec: { intervals: [{ every: EVERY }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'reconciliation',
        workflowId: RECONCILIATION_ID,
        taskQueue: TRADING_QUEUE,
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
      state: { note: 'books against venues: orders, fills, positions, cash' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await client.schedule.getHandle(RECONCILIATION_ID).trigger(ScheduleOverlapPolicy.SKIP);
}
