/**
 * Questions to models as a workflow asks them. The activity answers what a model said, or why there is no decision;
 * what it throws in the end (its retries are over, its worker is gone for too long) is no decision too. Nothing
 * here throws but the cancellation of the workflow.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { ModelActivities } from '../../activities/llm/ask-model.ts';
import type { PanelActivities } from '../../activities/llm/choose-panel.ts';
import { cutText } from '../../schemas/cut-text.ts';
import type { AskModelInput, AskOutcome } from '../../schemas/llm/ask-model.ts';
import type { NoModelDecision } from '../../schemas/llm/outcome.ts';
import { llmQueueOf } from '../messages/llm.ts';

/** How long a question may take with all its repetitions, waiting for a worker included. */
export const QUESTION_MS_MAX = 900_000;

/** Nobody has taken a question in time: no worker serves the queue of models. */
export const NO_WORKER = 'LLM_NO_WORKER';

/** Whoever cannot wait says so: `timeMaxMs` over all repetitions, `startWithinMs` for a worker to take it. Above 0. */
export type AskTimes = { readonly timeMaxMs: number; readonly startWithinMs?: number };

const UNHURRIED: AskTimes = { timeMaxMs: QUESTION_MS_MAX };
/** A worker heartbeats once a second; after this long without one its question goes to another worker. */
const HEARTBEAT_MS = 8_000;

export const asking = ({ timeMaxMs, startWithinMs }: AskTimes) =>
  proxyActivities<ModelActivities & PanelActivities>({
    taskQueue: llmQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '10 minutes',
    scheduleToCloseTimeout: timeMaxMs,
    ...(startWithinMs === undefined ? {} : { scheduleToStartTimeout: Math.min(startWithinMs, timeMaxMs) }),
    heartbeatTimeout: HEARTBEAT_MS,
    retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  });

/** @param summary what the Web UI shows of it @param times as long as a question may take where nobody hurries */
export async function ask(question: AskModelInput, summary: string, times: AskTimes = UNHURRIED): Promise<AskOutcome> {
  try {
    return await asking(times).askModel.executeWithOptions({ summary }, [question]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return noDecision(...askFailure(error));
  }
}

export const noDecision = (reason: string, detail: string): NoModelDecision => ({
  kind: 'noDecision',
  reason,
  detail: cutText(detail, 500),
  callIds: [],
  costMicroUsd: 0,
});

/** The failure's own code where it has one; otherwise all that is known is that no answer came in time. */
export function askFailure(error: unknown): [reason: string, detail: string] {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START') {
    return [NO_WORKER, 'no worker of queue llm took the question'];
  }
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
