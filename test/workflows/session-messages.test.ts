/** What an operator can say to a session, and what it answers: in any order, at any time, worker up or not. */

import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEvents } from '../../db/events.ts';
import { readSession } from '../../db/sessions.ts';
import {
  adjustLimitsUpdate,
  decisionsQuery,
  pauseSignal,
  positionsQuery,
  resumeSignal,
  statusQuery,
  stopSignal,
  strategySessionId,
  tickUpdate,
} from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsIn, until } from './desk-under-test.ts';
import { activityFailureTypes, allTaskFailures, runsOf, taskFailures } from './histories.ts';
import { aBacktest, aPaperSession } from './session-inputs.ts';

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

/** Starts a session that is paused before its first bar. */
const startPaused = (sessionId: string, input: unknown) =>
  desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: strategySessionId(sessionId),
    args: [input],
    signal: pauseSignal,
  });
type Run = Awaited<ReturnType<typeof startPaused>>;

const tick = (run: Run) => run.executeUpdate(tickUpdate, { args: [{}] });
const refusalOf = async (update: Promise<unknown>) => {
  const error = await update.catch((thrown: unknown) => thrown);
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  return problemsIn(error.cause);
};
const decisionsOf = async (sessionId: string): Promise<number> =>
  (await desk.db.selectFrom('decisions').selectAll().where('session_id', '=', sessionId).execute()).length;

it('stops deciding at a pause, goes on at resume, and ends at stop with the reason it was given', async () => {
  const sessionId = freshId('pause');
  const run = await desk.startSession(sessionId, aPaperSession(500, 72_000));
  await until('some bars', async () => ((await run.query(statusQuery)).bars >= 2 ? true : null));
  await run.signal(pauseSignal);
  expect(await run.query(statusQuery)).toMatchObject({ state: 'paused', nextStepAtMs: null });
  // A bar that was on its way is walked to its end.
  await sleep(300);
  const paused = await run.query(statusQuery);
  await sleep(400);
  expect((await run.query(statusQuery)).bars).toBe(paused.bars);
  expect(await decisionsOf(sessionId)).toBe(paused.bars);

  await run.signal(resumeSignal);
  await until('more bars', async () => ((await run.query(statusQuery)).bars > paused.bars ? true : null));
  await run.signal(stopSignal, { reason: 'end of the watch' });
  const report = await run.result();
  expect(report).toMatchObject({ stoppedBy: 'signal', stopReason: 'end of the watch' });
  expect(report.bars).toBe(await decisionsOf(sessionId));
});

it('has a pause in force before the first decision when it was sent while no worker was up', async () => {
  const sessionId = freshId('asleep');
  await desk.stopWorker();
  const run = await desk.startSession(sessionId, aBacktest(40));
  await run.signal(pauseSignal);
  await desk.startWorker();
  await until('the pause', async () => ((await run.query(statusQuery)).state === 'paused' ? true : null));
  await sleep(200);
  expect(await decisionsOf(sessionId)).toBe(0);
  await run.signal(resumeSignal);
  expect((await run.result()).decisions).toBe(40);
});

it('hands a batch back that was dispatched before the worker began, so that the pause comes first', async () => {
  const sessionId = freshId('stale');
  const run = await startPaused(sessionId, aBacktest(40));
  await until('the session is open', () => readSession(desk.db, sessionId).then((one) => one ?? null));
  await desk.stopWorker();
  await desk.startWorkflowWorker();
  await run.signal(resumeSignal);
  await until('the batch lies in the queue', async () => {
    const { raw } = await run.describe();
    return raw.pendingActivities?.some((one) => one.activityType?.name === 'walkBars') ? true : null;
  });
  await desk.stopWorker();
  await run.signal(pauseSignal);
  await desk.startWorker();
  await until('the batch comes back', async () => {
    const [events] = await runsOf(desk.client, run.workflowId, run.signaledRunId);
    return activityFailureTypes(events ?? []).includes('StaleDispatch') ? true : null;
  });
  await sleep(200);
  expect(await run.query(statusQuery)).toMatchObject({ state: 'paused', bars: 0 });
  expect(await decisionsOf(sessionId)).toBe(0);

  await run.signal(resumeSignal);
  expect((await run.result()).decisions).toBe(40);
  const [events] = await runsOf(desk.client, run.workflowId, run.signaledRunId);
  expect(taskFailures(events ?? [])).toEqual([]);
});

it('walks one bar for each tick, also while it is paused', async () => {
  const run = await startPaused(freshId('tick'), aPaperSession(30, 1, { strategy: { type: 'rsiReversal' } }));
  const first = await tick(run);
  const second = await tick(run);
  expect([first, second]).toMatchObject([
    { asOfMs: Date.UTC(2024, 0, 1, 1), repeated: false },
    { asOfMs: Date.UTC(2024, 0, 1, 2), repeated: false },
  ]);
  expect(await run.query(statusQuery)).toMatchObject({ state: 'paused', bars: 2, decisions: 2 });
  expect(await run.query(decisionsQuery)).toEqual([first, second]);
  expect(await run.query(positionsQuery)).toEqual([]);
  await run.signal(stopSignal);
  expect((await run.result()).bars).toBe(2);
});

it('answers the last decision again, marked as repeated, to a tick for which no bar is left', async () => {
  const symbols = ['BTC/USDT', 'ETH/USDT'];
  const run = await startPaused(freshId('end'), aBacktest(2, { symbols }));
  await tick(run);
  await desk.stopWorker();
  const asked = [tick(run), tick(run)];
  await sleep(300);
  await desk.startWorker();
  const answers = (await Promise.all(asked)).map((answer) => (Array.isArray(answer) ? answer : []));
  // Which of the two arrives first is the server's choice.
  const [last, again] = answers.sort((a, b) => Number(a[0]?.repeated) - Number(b[0]?.repeated));
  expect(last).toMatchObject([
    { symbol: 'BTC/USDT', repeated: false },
    { symbol: 'ETH/USDT', repeated: false },
  ]);
  expect(again).toEqual(last?.map((one: object) => ({ ...one, repeated: true })));
  expect(await run.result()).toMatchObject({ stoppedBy: 'endOfData', bars: 2, decisions: 4 });
});

it('takes limits that are tighter, refuses looser ones, and decides by the tighter ones', async () => {
  const run = await startPaused(freshId('limits'), aBacktest(60));
  const tighter = { positionFractionMax: 0.01, positionsMax: 3, dailyLossMaxUsd: 200, confidenceMin: 0.6 };
  expect(await run.executeUpdate(adjustLimitsUpdate, { args: [{ limits: tighter }] })).toEqual(tighter);
  const looser = { positionFractionMax: 0.02, positionsMax: 4, dailyLossMaxUsd: 201, confidenceMin: 0.5 };
  const refused = await refusalOf(run.executeUpdate(adjustLimitsUpdate, { args: [{ limits: looser }] }));
  expect(refused.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'LIMIT_LOOSENED limits.positionFractionMax',
    'LIMIT_LOOSENED limits.positionsMax',
    'LIMIT_LOOSENED limits.dailyLossMaxUsd',
    'LIMIT_LOOSENED limits.confidenceMin',
  ]);
  const unknown = await refusalOf(run.executeUpdate(adjustLimitsUpdate, { args: [{ limits: { leverage: 1 } }] }));
  expect(unknown).toMatchObject([{ code: 'INPUT_UNKNOWN_FIELD', path: 'limits.leverage' }]);
  expect(await refusalOf(run.executeUpdate(tickUpdate, { args: [{ bars: 2 }] }))).toMatchObject([
    { code: 'INPUT_UNKNOWN_FIELD', path: 'bars' },
  ]);

  await run.signal(resumeSignal);
  await run.result();
  const sizes = await desk.db
    .selectFrom('decisions')
    .select('size_fraction')
    .where('session_id', '=', run.workflowId.replace('strategy-session:', ''))
    .where('size_fraction', '>', 0)
    .execute();
  expect(sizes.length).toBeGreaterThan(0);
  for (const { size_fraction } of sizes) expect(size_fraction).toBeLessThanOrEqual(0.01);
});

it('writes down a signal it does not know, warns of it, and goes on', async () => {
  const run = await startPaused(freshId('typo'), aBacktest(20));
  await run.signal('pauze', { please: true });
  const warned = await until('the warning', async () => {
    const { warnings } = await run.query(statusQuery);
    return warnings.length > 0 ? warnings : null;
  });
  expect(warned).toEqual(['unknown signal pauze']);
  await run.signal(resumeSignal);
  expect((await run.result()).bars).toBe(20);
  const events = await readEvents(desk.db, 0, 10_000);
  expect(events.filter((one) => one.type === 'signal_unknown')).toMatchObject([
    { payload: { name: 'pauze' }, correlationId: run.workflowId },
  ]);
});

it('closes with a report and as Canceled when it is cancelled', async () => {
  const sessionId = freshId('cancel');
  const run = await startPaused(sessionId, aBacktest(60));
  for (let bar = 0; bar < 3; bar += 1) await tick(run);
  await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
  expect((await run.describe()).status.name).toBe('CANCELLED');
  expect(await readSession(desk.db, sessionId)).toMatchObject({
    state: 'closed',
    report: { stoppedBy: 'cancel', stopReason: 'cancelled', bars: 3 },
  });
});

it('still stops when the stop signal says nonsense, and refuses updates once it is stopping', async () => {
  const run = await startPaused(freshId('nonsense'), aBacktest(60));
  await tick(run);
  await run.signal('stop', 'now!');
  expect(await run.result()).toMatchObject({ stoppedBy: 'signal', stopReason: 'asked to stop', bars: 1 });
  await expect(tick(run)).rejects.toThrow();
});

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});
