/** A training on a desk: the same weights whatever happens to the machine that computes it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainingPage } from '../../scripts/lib/research/training-page.ts';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import {
  leaderboardQuery,
  pauseSignal,
  progressQuery,
  resumeSignal,
  stopSignal,
} from '../../workflows/messages/agent-training.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf, until } from './desk-under-test.ts';
import { killMachines, type Machine, startMachine } from './machines.ts';

let desk: DeskUnderTest;
let research: ResearchInProcess;
let machine: Machine;

const INPUT = { environment: 'cartpole', seeds: [1, 2], steps: 12_000 };
const KILLS = 2;

beforeAll(async () => {
  desk = await openDeskUnderTest();
  research = await openResearchInProcess(desk, `research-${randomUUID()}`, false);
  machine = await startMachine(desk, research.researchQueue);
});
afterAll(async () => {
  killMachines();
  await research?.close();
  await desk?.close();
});

const STARTED = 2;

/** A part is with a machine, which has said how far it is. */
async function insideTraining(workflowId: string): Promise<true | null> {
  const { raw } = await desk.client.workflow.getHandle(workflowId).describe();
  const started = raw.pendingActivities?.some(
    ({ activityType, state }) => activityType?.name === 'trainAgent' && state === STARTED,
  );
  return started === true ? true : null;
}

const checkpointsOf = (runId: string) =>
  desk.db
    .selectFrom('training_checkpoints')
    .select(['seed', 'steps', 'weights_hash', 'weights', 'state'])
    .where('run_id', '=', runId)
    .orderBy('seed')
    .orderBy('steps')
    .execute();

it('comes to the same weights when its machine is killed twice in the middle', async () => {
  const calm = await (await research.startTraining(freshId('calm'), INPUT)).result();
  const run = await research.startTraining(freshId('killed'), INPUT);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await until('a part', () => insideTraining(run.workflowId), 30_000);
    await machine.kill();
    machine = await startMachine(desk, research.researchQueue);
  }
  const killed = await run.result();
  expect(killed.seeds).toEqual(calm.seeds);
  expect(killed.resultHash).toBe(calm.resultHash);
  expect(calm.seeds.map(({ seed, steps }) => [seed, steps])).toEqual([
    [1, 12_000],
    [2, 12_000],
  ]);
  expect(calm.seeds[0]?.weightsHash).not.toBe(calm.seeds[1]?.weightsHash);
  expect(calm.curve.map(({ steps }) => steps)).toEqual([10_000, 12_000]);

  const rows = await checkpointsOf(killed.runId);
  const kept = rows.filter(({ seed }) => seed === 1);
  expect(kept.map(({ state }) => state !== null)).toEqual([false, true]);
  expect(kept.at(-1)?.weights_hash).toBe(killed.seeds[0]?.weightsHash);
  const best = kept.find(({ steps }) => steps === killed.seeds[0]?.bestAtSteps);
  expect(best?.weights).not.toBeNull();
  const page = await trainingPage(desk.db, killed);
  expect(page.lines[1]?.points.map(([steps]) => steps)).toEqual([10_000, 12_000]);
}, 240_000);

it('trains nothing any more after a pause, goes on after a resume, and stops with what it has', async () => {
  const run = await research.startTraining(freshId('paused'), { environment: 'cartpole', seed: 5 });
  const partsOf = async (): Promise<number> => (await run.query(progressQuery)).step;
  await until('a training', () => insideTraining(run.workflowId), 30_000);
  await run.signal(pauseSignal);
  // Taken back before the machine has heard of it: the part is done once more, and the run goes on.
  await run.signal(resumeSignal);
  await until('a part', async () => ((await partsOf()) > 0 ? true : null), 60_000);
  await run.signal(pauseSignal);
  await until('a pause', async () => ((await insideTraining(run.workflowId)) === null ? true : null), 10_000);
  const { state, step, steps, trials, bestScore } = await run.query(progressQuery);
  expect([state, steps, trials]).toEqual(['paused', 50, step * 10_000]);
  expect((await run.query(leaderboardQuery)).map(({ id, fitness }) => [id, fitness])).toEqual([['5', bestScore]]);
  await run.signal(resumeSignal);
  await until('another part', async () => ((await partsOf()) > step ? true : null), 60_000);
  await run.signal(stopSignal);
  const result = await run.result();
  expect(result.stoppedBy).toBe('signal');
  expect(result.seeds[0]?.steps).toBeGreaterThan(step * 10_000);
}, 120_000);

it('refuses an environment that there is not, seeds that come twice and fields it does not know', async () => {
  const pathsOf = async (wrong: object): Promise<string[]> =>
    (await problemsOf(await research.startTraining(freshId('wrong'), wrong))).map(({ path }) => path).sort();
  expect(await pathsOf({ environment: 'chess' })).toEqual(['environment']);
  expect(await pathsOf({ environment: 'cartpole', seeds: [1, 1], stepps: 5 })).toEqual(['seeds', 'stepps']);
  expect(await pathsOf({ environment: 'market', seeds: [1, 1], stepps: 5 })).toEqual(['seeds', 'stepps', 'symbol']);
});
