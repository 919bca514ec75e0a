/**
 * Trials cut into batches, small enough that every machine of the queue gets some, and evaluated side by side. A pause
 * or a stop cancels what is under way: finished batches are kept, the others are dispatched again later.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { TrialRange } from '../../schemas/research.ts';
import type { Inbox } from './inbox.ts';

/** Chosen: each batch costs a workflow task, as much as some thirty trials; two at a time keep a machine busy. */
const BATCHES_WANTED = 4;
const BATCH_MIN = 25;
const BATCH_MAX = 250;

export function batchesOf({ fromTrial, toTrial }: TrialRange): TrialRange[] {
  const count = toTrial - fromTrial;
  const size = Math.min(BATCH_MAX, Math.max(BATCH_MIN, Math.ceil(count / BATCHES_WANTED)));
  return rangesOf(fromTrial, toTrial, size);
}

export const rangesOf = (fromTrial: number, toTrial: number, size: number): TrialRange[] =>
  Array.from({ length: Math.max(0, Math.ceil((toTrial - fromTrial) / size)) }, (_, index) => ({
    fromTrial: fromTrial + index * size,
    toTrial: Math.min(toTrial, fromTrial + (index + 1) * size),
  }));

/**
 * Runs all of them. @returns the batches that a pause or a stop has interrupted; none when everything is done
 * @throws what a batch ends with for good, and the cancellation of the workflow
 */
export async function runBatches<Batch>(
  inbox: Inbox,
  batches: readonly Batch[],
  run: (batch: Batch) => Promise<unknown>,
): Promise<readonly Batch[]> {
  const scope = new CancellationScope();
  let settled = false;
  const running = scope
    .run(() => Promise.allSettled(batches.map(run)))
    .finally(() => {
      settled = true;
    });
  running.catch(() => undefined);
  await condition(() => settled || inbox.paused || inbox.stopped);
  // A pause may be over before the last batch has noticed it: what counts is that they were interrupted.
  const brokenOff = !settled;
  if (brokenOff) scope.cancel();
  const ends = await running;
  const lost = ends.flatMap((end, index) => (end.status === 'rejected' ? [{ index, reason: end.reason }] : []));
  const final = lost.find(({ reason }) => !isCancellation(reason) || !brokenOff);
  if (final !== undefined) throw final.reason;
  return lost.map(({ index }) => batches[index] as Batch);
}
