/** Kills the worker that computes with -9 while it evaluates, again and again, and counts the kills that hit a batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { createRandom } from '../../../domain/market/random.ts';
import { progressQuery } from '../../../workflows/messages/evolution-run.ts';
import type { ResearchRig } from '../../rig/research-rig.ts';

export type Kills = {
  readonly kills: number;
  /** Kills after which the server still waited for a batch of the killed process. */
  readonly inside: number;
};

const STARTED = 2;
const LOOK_EVERY_MS = 25;
/** A kill comes this long after a batch was seen at work, at most. */
const LATER_MS_MAX = 400;

/** Until `wanted` kills have hit, spread over the generations of the run, or the run is over. */
export async function killInside(
  rig: ResearchRig,
  run: WorkflowHandle,
  { wanted, generations, seed }: { readonly wanted: number; readonly generations: number; readonly seed: number },
): Promise<Kills> {
  const random = createRandom(`kills:${seed}`);
  let kills = 0;
  let inside = 0;
  while (inside < wanted) {
    const generation = Math.floor(((inside + random.uniform()) / wanted) * generations);
    if (!(await batchUnderWay(rig, run, generation))) break;
    await sleep(random.uniform() * LATER_MS_MAX);
    const pid = rig.compute.child()?.pid ?? 0;
    await rig.compute.kill();
    kills += 1;
    if ((await batchesAt(run, pid)) > 0) inside += 1;
    rig.compute.start();
  }
  return { kills, inside };
}

/** Waits for a batch of this generation or a later one, at the process that runs now. False when the run has ended. */
async function batchUnderWay(rig: ResearchRig, run: WorkflowHandle, generation: number): Promise<boolean> {
  for (;;) {
    const pid = rig.compute.child()?.pid;
    const progress = await run.query(progressQuery).catch(() => null);
    if (pid === undefined) rig.compute.start();
    else if (progress !== null && progress.step >= generation && (await batchesAt(run, pid)) > 0) return true;
    if ((await run.describe()).status.name !== 'RUNNING') return false;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Batches that the server believes to be at work in this process. */
async function batchesAt(run: WorkflowHandle, pid: number): Promise<number> {
  const { raw } = await run.describe();
  const batches = (raw.pendingActivities ?? []).filter(
    ({ activityType, state, lastWorkerIdentity }) =>
      activityType?.name === 'evaluateGenomes' &&
      state === STARTED &&
      lastWorkerIdentity?.includes(`:${pid}@`) === true,
  );
  return batches.length;
}
