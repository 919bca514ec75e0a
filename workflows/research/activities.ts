/** The activities of research, by where they run and how each may be repeated. All are safe to repeat. */
import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ComputeActivities } from '../../activities/compute.ts';
import type { ResearchActivities } from '../../activities/research.ts';
import { computeQueueOf } from '../messages/research.ts';

const RETRY = { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' } as const;

/** Light steps between evaluations, on the queue of the run itself. */
export const stepping = proxyActivities<ResearchActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: RETRY,
});

/** Batches on whatever machine computes. One that is cancelled is waited for, so that a pause has really stopped it. */
export const computing = (): Pick<
  ReturnType<typeof proxyActivities<ComputeActivities>>,
  'evaluateGenomes' | 'evaluateTrials' | 'trainAgent'
> =>
  proxyActivities<ComputeActivities>({
    taskQueue: computeQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '5 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: RETRY,
  });

/** The last look, on a machine that computes. */
export const judging = (): Pick<
  ReturnType<typeof proxyActivities<ComputeActivities>>,
  'closeEvolution' | 'judgeAgents'
> =>
  proxyActivities<ComputeActivities>({
    taskQueue: computeQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '1 minute',
    retry: RETRY,
  });

/** A backtest, on a machine that computes. */
export const backtesting = (): Pick<ReturnType<typeof proxyActivities<ComputeActivities>>, 'runBacktest'> =>
  proxyActivities<ComputeActivities>({
    taskQueue: computeQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '1 minute',
    retry: RETRY,
  });
