/** The analyst's steps, on the queue of research beside the workflow's own. All are safe to repeat. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AnalystActivities } from '../../activities/analyst.ts';
import { researchQueueOf } from '../messages/llm.ts';

export const preparing = (): Omit<ReturnType<typeof proxyActivities<AnalystActivities>>, 'callTool'> =>
  proxyActivities<AnalystActivities>({
    taskQueue: researchQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  });
