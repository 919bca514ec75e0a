/** Long sessions: continue-as-new keeps what matters and stays small; killed workers repeat at most one batch. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSession } from '../../db/sessions.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { createRandom } from '../../domain/market/random.ts';
import type { WalkRequest } from '../../schemas/session-walk.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import type { DeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import {
  adjustLimitsUpdate,
  pauseSignal,
  resumeSignal,
  statusQuery,
  stopSignal,
  strategySessionId,
  tickUpdate,
} from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, until } from './desk-under-test.ts';
import { activityInputs, allTaskFailures, type Event, inputBytes, runsOf, taskFailures } from './histories.ts';
import { openKillable } from './killable-desk.ts';
import { aBacktest } from './session-inputs.ts';

const KILO = 1_024;
const BATCH_BARS = 500;

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

const canonical = (report: SessionReport): string => canonicalJson({ ...report, sessionId: '', codeVersion: '' });

it('keeps pause, limits and place through continue-as-new, in runs that stay below the limit of events', async () => {
  const maxHistoryEvents = 100;
  const run = await desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: strategySessionId(freshId('renewed')),
    args: [aBacktest(70, { maxHistoryEvents, ordersAsChildren: true })],
    signal: pauseSignal,
  });
  const handle = desk.client.workflow.getHandle(run.workflowId);
  const limits = { positionFractionMax: 0.03, positionsMax: 2, dailyLossMaxUsd: 500, confidenceMin: 0.6 };
  await handle.executeUpdate(adjustLimitsUpdate, { args: [{ limits }] });
  for (let bar = 0; bar < 20; bar += 1) await handle.executeUpdate(tickUpdate, { args: [{}] });
  expect((await handle.describe()).runId).not.toBe(run.signaledRunId);
  expect(await handle.query(statusQuery)).toMatchObject({ state: 'paused', bars: 20, decisions: 20 });
  expect(await handle.executeUpdate(adjustLimitsUpdate, { args: [{ limits: {} }] })).toEqual(limits);

  await handle.signal(resumeSignal);
  const report = (await handle.result()) as SessionReport;
  const plain = await desk.startSession(freshId('plain'), aBacktest(70, { limits, ordersAsChildren: false }));
  expect(canonical(report)).toBe(canonical(await plain.result()));
  expect(report.trades).toBeGreaterThan(1);
  const runs = await runsOf(desk.client, run.workflowId, run.signaledRunId);
  expect(runs.length).toBeGreaterThan(2);
  for (const events of runs) {
    expect(events.length).toBeLessThan(maxHistoryEvents);
    expect(taskFailures(events)).toEqual([]);
  }
});

it('carries less than 64 KB from run to run, also with twenty symbols and every position allowed', async () => {
  const symbols = Array.from({ length: 20 }, (_, index) => `S${index}/USDT`);
  const run = await desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: strategySessionId(freshId('broad')),
    args: [aBacktest(60, { symbols, strategy: 'buyAndHold', maxHistoryEvents: 50, ordersAsChildren: false })],
    signal: pauseSignal,
  });
  const handle = desk.client.workflow.getHandle(run.workflowId);
  await until('eight positions', async () => {
    await handle.executeUpdate(tickUpdate, { args: [{}] });
    return (await handle.query(statusQuery)).activePositions === 8 ? true : null;
  });
  for (let bar = 0; bar < 6; bar += 1) await handle.executeUpdate(tickUpdate, { args: [{}] });
  await handle.signal(stopSignal);
  await handle.result();
  const runs = await runsOf(desk.client, run.workflowId, run.signaledRunId);
  expect(runs.length).toBeGreaterThan(3);
  expect(inputBytes(runs.at(-1) ?? [])).toBeGreaterThan(10 * KILO);
  for (const events of runs) expect(inputBytes(events)).toBeLessThan(64 * KILO);
});

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});

it('goes on by itself after kill -9 at random batch boundaries, repeating at most one batch each time', async () => {
  const batches = 16;
  const input = aBacktest(batches * BATCH_BARS);
  const undisturbed = await desk.startSession(freshId('undisturbed'), input);
  const expected = await undisturbed.result();
  const [calm = []] = await runsOf(desk.client, undisturbed.workflowId, undisturbed.firstExecutionRunId);
  expect(cursorsOf(calm)).toHaveLength(batches);
  // A batch writes some eight events: the forty batches of 20,000 bars stay far below 4,000.
  expect(calm.length).toBeLessThan(10 * batches + 40);

  const random = createRandom('kill -9');
  const kills = [1, 9].map((first) => BATCH_BARS * (first + Math.floor(random.uniform() * 6)));
  const killed = await openKillable();
  try {
    const sessionId = freshId('killed');
    const run = await killed.desk.startSession(sessionId, input);
    for (const cursor of kills) {
      killed.spawn();
      await until(`bar ${cursor}`, () => hasReached(killed.desk, sessionId, cursor), 60_000);
      await killed.kill();
    }
    killed.spawn();
    expect(canonical(await run.result())).toBe(canonical(expected));
    const [events = []] = await runsOf(killed.desk.client, run.workflowId, run.firstExecutionRunId);
    const cursors = cursorsOf(events);
    expect(new Set(cursors).size).toBe(batches);
    expect(cursors.length).toBeLessThanOrEqual(batches + kills.length);
    expect(taskFailures(events)).toEqual([]);
  } finally {
    await killed.close();
  }
}, 180_000);

const cursorsOf = (events: readonly Event[]): number[] =>
  activityInputs(events, 'walkBars').map((input) => (input as WalkRequest).cursor);

const hasReached = async (killable: DeskInProcess, sessionId: string, cursor: number): Promise<true | null> =>
  ((await readSession(killable.db, sessionId))?.checkpoint.cursor ?? 0) >= cursor ? true : null;
