/**
 * The desk's Temporal Schedules. Made by the first worker that comes; one that exists is left as a person has set it.
 */
import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { AGENT_TRAINING, agentTrainingId } from '../workflows/messages/agent-training.ts';
import { ALLOCATION_REVIEW } from '../workflows/messages/allocation-review.ts';
import { EVOLUTION_RUN, evolutionRunId } from '../workflows/messages/evolution-run.ts';
import { PARAMETER_SEARCH, parameterSearchId } from '../workflows/messages/parameter-search.ts';
import { RECONCILIATION_ID } from '../workflows/messages/reconciliation.ts';
import { RESEARCH_QUEUE } from '../workflows/messages/research.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';

const HOUR_MS = 3_600_000;

/** What the weekly research is about until a person says otherwise: npm start imports no bars of its own. */
const MARKET = { symbol: 'BTC/USDT', barIntervalMs: HOUR_MS };

/**
 * Books against venues every five minutes, and now: a start of the desk is a reason to compare. Research once a week,
 * paused until a person unpauses it: it needs imported bars, and computes for a while.
 */
export async function ensureSchedules(client: Client): Promise<void> {
  await ensure(client, {
    scheduleId: RECONCILIATION_ID,
    spec: { intervals: [{ every: '5 minutes' }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'reconciliation',
      workflowId: RECONCILIATION_ID,
      taskQueue: TRADING_QUEUE,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    state: { note: 'books against venues: orders, fills, positions, cash' },
  });
  await ensure(client, {
    scheduleId: ALLOCATION_REVIEW,
    spec: { intervals: [{ every: '1 day' }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'allocationReview',
      workflowId: ALLOCATION_REVIEW,
      taskQueue: RESEARCH_QUEUE,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
    state: { note: 'capital across strategies' },
  });
  await ensure(client, weekly(EVOLUTION_RUN, 'evolutionRun', evolutionRunId('weekly'), MARKET));
  const search = { ...MARKET, strategyType: 'momentum', regime: 'all' };
  await ensure(client, weekly(PARAMETER_SEARCH, 'parameterSearch', parameterSearchId('weekly'), search));
  const training = { environment: 'market', agent: 'spot', ...MARKET, seeds: [1, 2, 3, 4, 5] };
  await ensure(client, weekly(AGENT_TRAINING, 'agentTraining', agentTrainingId('weekly'), training));
  await client.schedule.getHandle(RECONCILIATION_ID).trigger(ScheduleOverlapPolicy.SKIP);
}

const weekly = (scheduleId: string, workflowType: string, workflowId: string, input: object): ScheduleOptions => ({
  scheduleId,
  spec: { intervals: [{ every: '7 days' }] },
  action: { type: 'startWorkflow', workflowType, workflowId, taskQueue: RESEARCH_QUEUE, args: [input] },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
  state: { paused: true, note: 'paused until a person unpauses it: research over stored bars' },
});

async function ensure(client: Client, schedule: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
