/** A pause in the middle of a run: when the last batch began after it, and that nothing is written any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { until } from '../../../scripts/lib/until.ts';
import { pauseSignal, progressQuery, resumeSignal } from '../../../workflows/messages/evolution-run.ts';
import type { Violation } from '../../exam.ts';
import type { ResearchRig } from '../../rig/research-rig.ts';

export type Pause = {
  /** Batches that began after the signal, and how long after it the last one did. */
  readonly batchesAfter: number;
  readonly lastBatchAfterMs: number;
  /** Trials that were written later than two seconds after the signal. */
  readonly trialsAfter: number;
  /** Batches that are still with a worker at the end of the watch. */
  readonly batchesLeft: number;
  readonly violations: readonly Violation[];
};

const QUIET_AFTER_MS = 2_000;
const WATCHED_MS = 3_000;
const FROM_GENERATION = 3;

/** Pauses the run, watches it for five seconds and has it go on. */
export async function pauseOnce(rig: ResearchRig, run: WorkflowHandle): Promise<Pause> {
  const askMs = 60_000;
  await until(
    'generations',
    async () => ((await run.query(progressQuery)).step >= FROM_GENERATION ? true : null),
    askMs,
  );
  const { runId } = await run.query(progressQuery);
  await run.signal(pauseSignal);
  await sleep(QUIET_AFTER_MS);
  const atPause = await trialsOf(rig, runId);
  await sleep(WATCHED_MS);
  const trialsAfter = (await trialsOf(rig, runId)) - atPause;
  const { state } = await run.query(progressQuery);
  const begun = await batchesAfterPause(run);
  const batchesLeft = (await run.describe()).raw.pendingActivities?.length ?? 0;
  await run.signal(resumeSignal);
  const lastBatchAfterMs = Math.max(0, ...begun);
  const told = { batchesAfter: begun.length, lastBatchAfterMs, trialsAfter, batchesLeft };
  const isQuiet = state === 'paused' && lastBatchAfterMs <= QUIET_AFTER_MS && trialsAfter + batchesLeft === 0;
  return { ...told, violations: isQuiet ? [] : [{ kind: 'notPaused', where: JSON.stringify({ state, ...told }) }] };
}

async function trialsOf({ db }: ResearchRig, runId: string): Promise<number> {
  const row = await db
    .selectFrom('trials')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Of each batch that was handed to a worker after the signal: how long after, in ms. */
async function batchesAfterPause(run: WorkflowHandle): Promise<number[]> {
  const { events } = await run.fetchHistory();
  const all = events ?? [];
  const pausedAt = all.findIndex((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'pause');
  const pausedAtMs = tsToMs(all[pausedAt]?.eventTime);
  const isBatch = new Set(
    all
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'evaluateGenomes')
      .map((event) => String(event.eventId)),
  );
  return all.slice(pausedAt).flatMap((event) => {
    const scheduled = event.activityTaskStartedEventAttributes?.scheduledEventId;
    return scheduled != null && isBatch.has(String(scheduled)) ? [tsToMs(event.eventTime) - pausedAtMs] : [];
  });
}
