/**
 * Starts a commentary of each switch of the mode and each risk alert, apart from the officers' cycles, which neither
 * wait for it nor know of it. The workflow's id is the event's: a worker that dies, or a second one, starts none twice.
 */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { lastSequence } from '../db/events.ts';
import { eventsToCommentOn } from '../db/officers/commentary.ts';
import type { Database } from '../db/tables.ts';
import { officerCommentaryId } from '../workflows/messages/officer-commentary.ts';
import { RESEARCH_QUEUE } from '../workflows/messages/research.ts';

const EVERY_MS = 2_000;
/** Of a flood of alerts the newest are spoken of. */
const AT_ONCE = 5;
/** What is older is news no more. */
const AGE_MAX_MS = 600_000;
/** How far a new worker looks back, in events. */
const LOOK_BACK = 2_000;

type Parts = { readonly db: Database; readonly client: Client; readonly taskQueue?: string };

/** Starts what happened after sequence `after`. @returns up to which sequence it has looked */
export async function startCommentaries(
  { db, client, taskQueue = RESEARCH_QUEUE }: Parts,
  after: number | null,
): Promise<number> {
  const until = await lastSequence(db);
  const from = after ?? Math.max(0, until - LOOK_BACK);
  const range = { after: from, until, sinceMs: Date.now() - AGE_MAX_MS, limit: AT_ONCE };
  const sequences = until > from ? await eventsToCommentOn(db, range) : [];
  await Promise.all(sequences.map((sequence) => startOne(client, sequence, taskQueue)));
  return until;
}

async function startOne(client: Client, sequence: number, taskQueue: string): Promise<void> {
  try {
    const options = { taskQueue, workflowId: officerCommentaryId(sequence), args: [{ sequence }] };
    await client.workflow.start('officerCommentary', { ...options, workflowIdReusePolicy: 'REJECT_DUPLICATE' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Looks every two seconds until the process ends; a look that fails is made again. */
export function keepCommenting(parts: Parts): { readonly stop: () => void } {
  let after: number | null = null;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    after = await startCommentaries(parts, after).catch(() => after);
    isLooking = false;
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
