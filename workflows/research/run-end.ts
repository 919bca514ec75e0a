/** How a research run ends that does not finish: cancelled or failed, and recorded so in Postgres. */
import { CancellationScope, ContinueAsNew, isCancellation } from '@temporalio/workflow';
import { problemsOf } from '../lib/invalid-input.ts';
import { stepping } from './activities.ts';

/** @returns what the workflow ends with */
export async function abandoned(runId: string, error: unknown): Promise<unknown> {
  if (error instanceof ContinueAsNew) return error;
  const state = isCancellation(error) ? 'cancelled' : 'failed';
  await CancellationScope.nonCancellable(() => stepping.abandonRun({ runId, state }));
  return problemsOf(error) ?? error;
}
