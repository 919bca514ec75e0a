/**
 * Questions handed over as a batch and waited for. Nothing is answered here: each question is asked afterwards, under
 * its own key, and finds the reply that the batch brought, or is asked for itself.
 */
import { isCancellation, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { BatchActivities } from '../../activities/llm/ask-batch.ts';
import type { Question } from '../lib/conversation.ts';
import { askFailure } from '../lib/gateway.ts';
import { llmQueueOf } from '../messages/llm.ts';

const LOOK_AGAIN_MS = { first: 1_000, most: 300_000, factor: 1.5 } as const;
/** Vendors answer within a day or not at all. */
const PATIENCE_MS = 25 * 3_600_000;

const batching = () =>
  proxyActivities<BatchActivities>({
    taskQueue: llmQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '10 minutes',
    scheduleToCloseTimeout: '1 hour',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  });

/** @returns `batch`, or the reason why they are to be asked one by one */
export async function prefetched(batchKey: string, questions: readonly Question[]): Promise<string> {
  try {
    const submitted = await batching().submitBatch.executeWithOptions({ summary: `${questions.length} questions` }, [
      { batchKey, questions },
    ]);
    return submitted.kind === 'none' ? submitted.reason : await waitedFor(batchKey);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return askFailure(error)[0];
  }
}

async function waitedFor(batchKey: string): Promise<string> {
  const untilMs = Date.now() + PATIENCE_MS;
  let pauseMs: number = LOOK_AGAIN_MS.first;
  while (Date.now() < untilMs) {
    const { state } = await batching().lookAtBatch.executeWithOptions({ summary: 'how far is it' }, [{ batchKey }]);
    if (state === 'over') return 'batch';
    await sleep(pauseMs);
    pauseMs = Math.min(LOOK_AGAIN_MS.most, pauseMs * LOOK_AGAIN_MS.factor);
  }
  return 'LLM_TIMEOUT';
}
