import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { pauseSignal, progressQuery, resumeSignal } from '../../workflows/messages/evolution-run.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, until } from './desk-under-test.ts';
import { killMachines, startMachine } from './machines.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

let desk: DeskUnderTest;
let research: ResearchInProcess;

const INPUT = { symbol: 'KILL/USDT', barIntervalMs: HOUR_MS, population: 300, generations: 6, seed: 3 };
const KILLS = 3;

beforeAll(async () => {
  desk = await openDeskUnderTest();
  research = await openResearchInProcess(desk, `research-${randomUUID()}`, false);
  await storeBars(desk.db, 'KILL/USDT', walkBars('kills', 12_000, 0.006));
});
afterAll(async () => {
  killMachines();
  await research?.close();
  await desk?.close();
});

const trialsOf = async (runId: string): Promise<number> =>
  (await desk.db.selectFrom('trials').select('trial').where('run_id', '=', runId).execute()).length;

const STARTED = 2;

/** A batch is with a machine. */
async function insideEvaluation(workflowId: string): Promise<true | null> {
  const { raw } = await desk.client.workflow.getHandle(workflowId).describe();
  const started = raw.pendingActivities?.some(
    ({ activityType, state }) => activityType?.name === 'evaluateGenomes' && state === STARTED,
  );
  return started === true ? true : null;
}

it('comes to the same champion, lineage and trials when its machine is killed inside evaluations', async () => {
  let machine = await startMachine(desk, research.researchQueue);
  const plain = await (await research.startEvolution(freshId('calm'), INPUT)).result();
  const run = await research.startEvolution(freshId('killed'), { ...INPUT, threads: 2 });
  for (let kill = 0; kill < KILLS; kill += 1) {
    await until('an evaluation', () => insideEvaluation(run.workflowId), 30_000);
    await machine.kill();
    machine = await startMachine(desk, research.researchQueue);
  }
  const killed = await run.result();
  await machine.kill();
  expect(killed.champion).toEqual(plain.champion);
  expect(killed.lineageHash).toBe(plain.lineageHash);
  expect(killed.trials).toBe(plain.trials);
  expect(await trialsOf(killed.runId)).toBe(plain.trials);
  expect(killed.resultHash).toBe(plain.resultHash);
}, 240_000);

it('computes nothing any more two seconds after a pause, and goes on after a resume', async () => {
  const machine = await startMachine(desk, research.researchQueue);
  const run = await research.startEvolution(freshId('paused'), { ...INPUT, generations: 200, threads: 1 });
  await until('an evaluation', () => insideEvaluation(run.workflowId), 30_000);
  await run.signal(pauseSignal);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { runId, state } = await run.query(progressQuery);
  expect(state).toBe('paused');
  const atPause = await trialsOf(runId);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await trialsOf(runId)).toBe(atPause);
  expect(await insideEvaluation(run.workflowId)).toBeNull();
  await run.signal(resumeSignal);
  await until('more trials', async () => ((await trialsOf(runId)) > atPause ? true : null), 30_000);
  await run.terminate();
  await machine.kill();
}, 120_000);
