/** What an operator can say to a session, and what it answers: in any order, at any time, worker up or not. */

import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEvents } from '../../db/events.ts';
import { ordersOfDecision } from '../../db/orders.ts';
import { changePolicy, writeMode } from '../../db/policy-changes.ts';
import { inTransaction } from '../../db/retry.ts';
import { readSession } from '../../db/sessions.ts';
import type { WaitingOrder } from '../../schemas/approval.ts';
import { officerId } from '../../schemas/officers/officer.ts';
import { answerWaiting } from '../../scripts/lib/approvals/answer-waiting.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { rowsOf } from '../../scripts/lib/top/board.ts';
import { commandRow } from '../../scripts/lib/top/command-row.ts';
import { readBoard } from '../../scripts/lib/top/read-board.ts';
import {
  adjustLimitsUpdate,
  approveOrderUpdate,
  decisionsQuery,
  pauseSignal,
  positionsQuery,
  resumeSignal,
  statusQuery,
  stopSignal,
  strategySessionId,
  tickUpdate,
} from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsIn, problemsOf, until } from './desk-under-test.ts';
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

/** As short as the session takes it. */
const SHORT = { entries: 'always', expiresAfterMs: 1_500 };
const ASKS = { components: ['technical'], approval: { entries: 'always' } };

/** Walks until an order waits for a person. */
async function untilWaiting(run: Run): Promise<WaitingOrder> {
  for (let bar = 0; bar < 100; bar += 1) {
    await tick(run);
    const [waiting] = (await run.query(statusQuery)).approvals;
    if (waiting !== undefined) return waiting;
  }
  throw new Error('no order has waited for a person');
}
const answer = (run: Run, { decisionId, orderHash }: WaitingOrder, change: object = {}) =>
  run.executeUpdate(approveOrderUpdate, { args: [{ decisionId, orderHash, approve: true, by: 'anna', ...change }] });
const needsApproval = async (run: Run): Promise<unknown> =>
  (await run.describe()).typedSearchAttributes.getAll().find(({ key }) => key.name === 'NeedsApproval')?.value;
const ordersOf = async (decisionId: string) =>
  (await ordersOfDecision(desk.db, decisionId)).map(({ leg, state }) => `${leg} ${state}`);
const approvalOf = (decisionId: string) =>
  desk.db.selectFrom('approvals').selectAll().where('decision_id', '=', decisionId).executeTakeFirst();

it('keeps an entry for a person: the hash of another order is refused, its own sends it, once', async () => {
  const run = await startPaused(freshId('approve'), aPaperSession(200, 1, ASKS));
  const waiting = await untilWaiting(run);
  expect(waiting).toMatchObject({ rule: 'policy:approvalAlways', approvedBy: null });
  expect(await needsApproval(run)).toBe(true);
  const other = await refusalOf(answer(run, { ...waiting, orderHash: 'a'.repeat(64) }));
  expect(other).toMatchObject([{ code: 'APPROVAL_MISMATCH', path: 'orderHash' }]);
  const unknown = await refusalOf(answer(run, { ...waiting, decisionId: 'd-of-nobody' }));
  expect(unknown).toMatchObject([{ code: 'APPROVAL_UNKNOWN', path: 'decisionId' }]);
  expect(await refusalOf(answer(run, waiting, { approve: 'yes' }))).toMatchObject([{ path: 'approve' }]);
  // A second entry is not proposed beside the one that waits.
  expect(await tick(run)).toMatchObject({ action: 'hold', noDecision: null, orderHash: null });
  expect(await ordersOf(waiting.decisionId)).toEqual([]);

  const both = await Promise.allSettled([answer(run, waiting), answer(run, waiting)]);
  const taken = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const { decisionId, orderHash } = waiting;
  expect(taken).toEqual([{ decisionId, orderHash, approved: true, by: 'anna', sent: true }]);
  expect(await ordersOf(decisionId)).toEqual(['entry ACKED', 'stop ACKED']);
  expect(await approvalOf(decisionId)).toMatchObject({ state: 'approved', decided_by: 'anna' });
  expect((await run.query(statusQuery)).approvals).toEqual([]);
  expect(await needsApproval(run)).toBe(false);
  await tick(run);
  expect(await ordersOf(decisionId)).toEqual(['entry FILLED', 'stop ACKED']);
  await run.signal(stopSignal, { flatten: true });
  await run.result();
});

it('stands on the board of npm run top, and hears the keys that are pressed there', async () => {
  const sessionId = freshId('board');
  const run = await startPaused(sessionId, aPaperSession(200, 1, ASKS));
  const { decisionId, orderHash } = await untilWaiting(run);
  const { db, client, home } = desk;
  const parts = { db, client, home, nowMs: Date.now, by: 'anna' };
  const board = (workflowIds: ReadonlySet<string> | null) => readBoard(parts, { workflowIds, withinMs: 3_000 });
  const { equity, bars, realizedPnl, drawdownFraction } = await run.query(statusQuery);
  const whole = await board(null);
  const mine = ({ sessions }: typeof whole) => sessions.find((one) => one.sessionId === sessionId);
  const figures = { equity, bars, realizedPnl, drawdownFraction };
  expect(mine(whole)).toMatchObject({ state: 'paused', ...figures, lastDecision: { action: 'buy', noDecision: null } });
  // Nobody asks its workflow: the book has all but the result.
  const unasked = mine(await board(new Set()));
  expect(unasked).toMatchObject({ bars, state: 'open', realizedPnl: null });
  expect(Number(unasked?.equity)).toBeCloseTo(Number(equity), 6);
  expect(whole.approvals).toContainEqual(expect.objectContaining({ decisionId, orderHash, action: 'buy' }));

  const rowOf = (kind: string, end: string) => {
    const row = rowsOf(whole).find((one) => one.kind === kind && one.key.includes(end));
    if (row === undefined) throw new Error(`the board has no ${kind} ${end}`);
    return row;
  };
  const [order, session] = [rowOf('approval', orderHash), rowOf('session', sessionId)];
  expect(await commandRow(parts, order, 'approve')).toBe(`approved: ${decisionId}`);
  expect(await approvalOf(decisionId)).toMatchObject({ state: 'approved', decided_by: 'anna' });
  expect(await commandRow(parts, order, 'deny')).toContain('APPROVAL_ANSWERED');
  expect(await commandRow(parts, session, 'resume')).toContain('resume: told to');
  await until('the session to run', async () => ((await run.query(statusQuery)).state === 'running' ? true : null));
  await commandRow(parts, session, 'pause');
  expect((await run.query(statusQuery)).state).toBe('paused');
  await commandRow(parts, session, 'stop');
  expect(await run.result()).toMatchObject({ stoppedBy: 'signal', stopReason: 'npm run top, anna' });
  expect(await commandRow(parts, session, 'pause')).toContain('has ended');
  expect(mine(await board(null))).toBeUndefined();
});

it('asks the gate again: an approval for a market that moved on sends nothing; a denial is a refusal', async () => {
  const sessionId = freshId('moved');
  const run = await startPaused(sessionId, aPaperSession(200, 1, ASKS));
  const late = await untilWaiting(run);
  for (let bar = 0; bar < 3; bar += 1) await tick(run);
  expect(await answer(run, late)).toMatchObject({ approved: true, sent: false });
  const denied = await untilWaiting(run);
  const parts = { db: desk.db, client: desk.client };
  const said = { decisionId: denied.decisionId, orderHash: denied.orderHash, by: 'anna' };
  const other = answerWaiting(parts, { ...said, approve: false, orderHash: 'b'.repeat(64) });
  await expect(other).rejects.toMatchObject({ exitCode: 4, problems: [{ code: 'APPROVAL_MISMATCH' }] });
  expect(await answerWaiting(parts, { ...said, approve: false })).toMatchObject({ approved: false, sent: null });
  const turned = answerWaiting(parts, { ...said, approve: true });
  await expect(turned).rejects.toMatchObject({ exitCode: 4, problems: [{ code: 'APPROVAL_ANSWERED' }] });
  const last = (await run.query(decisionsQuery)).find((one) => one.decisionId === denied.decisionId);
  expect(last?.verdict).toEqual({ approved: false, reasons: [{ rule: 'approval', message: 'denied by anna' }] });
  await untilWaiting(run);
  await run.signal(stopSignal);
  expect(await run.result()).toMatchObject({ orders: 0, refusalsByRule: { staleData: 1, approval: 2 } });
});

it('denies what nobody has answered for in time, also when the worker was away then', async () => {
  const run = await startPaused(freshId('silence'), aPaperSession(200, 1, { ...ASKS, approval: SHORT }));
  const waiting = await untilWaiting(run);
  await desk.stopWorker();
  await sleep(Math.max(0, waiting.expiresAtMs - Date.now()) + 100);
  await desk.startWorker();
  await until('the denial', async () => ((await approvalOf(waiting.decisionId))?.state === 'expired' ? true : null));
  expect(await refusalOf(answer(run, waiting))).toMatchObject([{ code: expect.stringMatching(/^APPROVAL_/) }]);
  await run.signal(stopSignal);
  expect(await run.result()).toMatchObject({ orders: 0, refusalsByRule: { approval: 1 } });
});

it('refuses to wait for a person in a backtest', async () => {
  const refused = await problemsOf(await desk.startSession(freshId('nobody'), aBacktest(40, ASKS)));
  expect(refused).toMatchObject([{ code: 'INPUT_RANGE', path: 'approval.entries' }]);
});

/** Quiet for a day, up by 3 % and back, then up again. */
const UP_AND_DOWN = [...Array.from({ length: 25 }, () => 100), 103, 104, 104, 99.9, 99.9, 103, 104];

it('closes what it holds in emergency and opens nothing, under the policy that came in between', async () => {
  const symbols = ['EMR/USDT'];
  const sessionId = freshId('emergency');
  await storeCloses(desk.db, 'EMR/USDT', UP_AND_DOWN);
  const replay = { strategy: 'momentum', symbols, market: { source: 'replay', speed: 1 }, components: ['technical'] };
  const run = await startPaused(sessionId, aPaperSession(1, 1, replay));
  for (let bar = 0; bar < 27; bar += 1) await tick(run);
  expect(await run.query(positionsQuery)).toHaveLength(1);
  const author = {
    setBy: officerId('ceo'),
    reason: 'a test',
    correlationId: `risk-alert:${sessionId}`,
    atMs: Date.now(),
  };
  const switched = await inTransaction(desk.db, (trx) => writeMode(trx, { ...author, mode: 'emergency' }));
  try {
    await tick(run);
    expect(await tick(run)).toMatchObject({
      action: 'sell',
      verdict: { approved: true },
      policyVersion: switched.version,
    });
    await tick(run);
    expect(await run.query(positionsQuery)).toEqual([]);
    const message = `operating mode emergency (policy version ${switched.version}) takes reducing orders only`;
    const entry = await tick(run);
    const reasons = expect.arrayContaining([{ rule: 'operatingMode', message }]);
    expect(entry).toMatchObject({
      action: 'buy',
      policyVersion: switched.version,
      verdict: { approved: false, reasons },
    });
    expect(await run.query(statusQuery)).toMatchObject({ operatingMode: 'emergency' });
    const attributes = (await run.describe()).typedSearchAttributes.getAll();
    expect(attributes.find(({ key }) => key.name === 'OperatingMode')?.value).toBe('emergency');
    const told = (await readEvents(desk.db, 0, 10_000)).filter((one) => one.correlationId === author.correlationId);
    expect(told.map((one) => one.type)).toEqual(['ceo_mode_switch', 'policy_changed', 'order_refused']);
    // A backtest beside it walks under the first policy, as ever.
    const calm = await (await desk.startSession(freshId('calm'), aBacktest(100))).result();
    expect(calm.refusalsByRule.operatingMode).toBeUndefined();
    expect(calm.trades).toBeGreaterThan(0);
  } finally {
    const changes = { mode: 'stability' };
    await inTransaction(desk.db, (trx) => changePolicy(trx, { ...author, setBy: 'a person', changes }));
  }
  await run.signal(stopSignal);
  await run.result();
});

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});
