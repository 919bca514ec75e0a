/**
 * Questions to models as a workflow asks them. The activity answers what a model said, or why there is no decision; what
 * it throws in the end (its retries are over, its worker is gone for too long) is no decision too. Nothing here throws
 * but the cancellation of the workflow.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { ModelActivities } from '../../activities/llm/ask-model.ts';
import type { AskModelInput, AskOutcome } from '../../schemas/llm/ask-model.ts';
import type { NoModelDecision } from '../../schemas/llm/outcome.ts';
import { llmQueueOf } from '../messages/llm.ts';

/** How long a question may take with all its repetitions, waiting for a worker included. */
export const QUESTION_MS_MAX = 900_000;

const asking = (timeMaxMs: number) =>
  proxyActivities<ModelActivities>({
    taskQueue: llmQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '10 minutes',
    scheduleToCloseTimeout: timeMaxMs,
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  });

/** @param summary what the Web UI shows of it @param timeMaxMs above 0 */
export async function ask(question: AskModelInput, summary: string, timeMaxMs = QUESTION_MS_MAX): Promise<AskOutcome> {
  try {
    return await asking(timeMaxMs).askModel.executeWithOptions({ summary }, [question]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return noDecision(...reasonOf(error));
  }
}

export const noDecision = (reason: string, detail: string): NoModelDecision => ({
  kind: 'noDecision',
  reason,
  detail: detail.slice(0, 500),
  callIds: [],
  costMicroUsd: 0,
});

/** A failure that names its code tells it; of the others all that is known is that no answer came in time. */
function reasonOf(error: unknown): [reason: string, detail: string] {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure)) return ['LLM_TIMEOUT', detail];
  const code = cause.type === 'InvalidInput' ? firstCode(cause) : cause.type;
  return isCode(code) ? [code, detail] : ['LLM_TIMEOUT', detail];
}

const isCode = (text: string | null | undefined): text is string => /^[A-Z][A-Z0-9_]+$/.test(text ?? '');

/** A question that cannot be asked at all: its first problem says why. */
function firstCode({ details }: ApplicationFailure): string | undefined {
  const [first] = (details ?? []) as { readonly problems?: readonly { readonly code: string }[] }[];
  return first?.problems?.[0]?.code;
}
