/** A session as a whole: what it trades, where its orders live, who may trade beside it. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeKillSwitch } from '../../db/kill-switch.ts';
import { pauseSignal, statusQuery, stopSignal, tickUpdate } from '../../workflows/messages/strategy-session.ts';
import type { strategySession } from '../../workflows/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf, until } from './desk-under-test.ts';
import { allTaskFailures, childStarts, runsOf, taskFailures } from './histories.ts';
import { aBacktest, aPaperSession } from './session-inputs.ts';

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

const count = async (table: 'decisions' | 'orders' | 'fills', sessionId: string, what = '*'): Promise<number> => {
  const from = table === 'fills' ? 'fills join orders using (client_order_id)' : table;
  const { rows } = await sql<{ n: number }>`select count(${sql.raw(what)})::int as n from ${sql.raw(from)}
    where session_id = ${sessionId}`.execute(desk.db);
  return rows[0]?.n ?? 0;
};

it('gives the same report with orders as child workflows and without', async () => {
  const [withChildren, without] = [freshId('children'), freshId('plain')];
  const runs = await Promise.all([
    desk.startSession(withChildren, aBacktest(100, { ordersAsChildren: true })),
    desk.startSession(without, aBacktest(100, { ordersAsChildren: false })),
  ]);
  const [first, second] = await Promise.all(runs.map((run) => run.result()));
  expect(first?.trades).toBeGreaterThan(2);
  expect({ ...first, sessionId: '' }).toEqual({ ...second, sessionId: '' });
});

it('starts one child for each decision that trades, and none for the others', async () => {
  const sessionId = freshId('count');
  const run = await desk.startSession(sessionId, aBacktest(100));
  const report = await run.result();
  const [events] = await runsOf(desk.client, run.workflowId, run.firstExecutionRunId);
  const traded = await count('orders', sessionId, 'distinct decision_id');
  expect(traded).toBeGreaterThan(4);
  expect(childStarts(events ?? [])).toBe(traded);
  expect(report.decisions).toBe(100);
  expect(taskFailures(events ?? [])).toEqual([]);
});

it('keeps orders inside the batch in a backtest of more than 1,000 bars unless it is told otherwise', async () => {
  const run = await desk.startSession(freshId('long'), aBacktest(1_001));
  const report = await run.result();
  const [events] = await runsOf(desk.client, run.workflowId, run.firstExecutionRunId);
  expect(report.orders).toBeGreaterThan(50);
  expect(childStarts(events ?? [])).toBe(0);
});

it('trades again in a second run under the same workflow id and repeats no client order id', async () => {
  const sessionId = freshId('again');
  const first = await (await desk.startSession(sessionId, aBacktest(80))).result();
  const ordersOfFirst = await count('orders', sessionId, 'distinct client_order_id');
  const second = await (await desk.startSession(sessionId, aBacktest(80))).result();
  expect(second.resultHash).toBe(first.resultHash);
  expect(ordersOfFirst).toBe(first.orders);
  expect(await count('orders', sessionId, 'distinct client_order_id')).toBe(2 * first.orders);
});

it('decides in analysis mode and sends nothing', async () => {
  const sessionId = freshId('analysis');
  const report = await (await desk.startSession(sessionId, aBacktest(80, { tradingMode: 'analysis' }))).result();
  expect(report).toMatchObject({ decisions: 80, orders: 0, fills: 0, trades: 0, equityEnd: '100000' });
  expect(report.refusalsByRule.tradingMode).toBeGreaterThan(0);
  expect(await count('orders', sessionId)).toBe(0);
});

it.each([
  ['the kill file', (on: boolean) => Promise.resolve(desk.setKillFile(on ? 'a drill' : null))],
  [
    'the kill flag in Postgres',
    (active: boolean) => writeKillSwitch(desk.db, { active, reason: 'a drill', setBy: 'a test', atMs: Date.now() }),
  ],
])('sends no order while %s is there', async (_what, set) => {
  await set(true);
  try {
    const report = await (await desk.startSession(freshId('kill'), aBacktest(60))).result();
    expect(report).toMatchObject({ decisions: 60, orders: 0, fills: 0 });
    expect(report.refusalsByRule.killSwitch).toBeGreaterThan(0);
  } finally {
    await set(false);
  }
});

it('walks real time in paper mode: no bar is seen before it has closed', async () => {
  const barMs = 100;
  const run = await desk.startSession(freshId('paper'), aPaperSession(15, 3_600_000 / barMs));
  const startedAtMs = Date.now();
  const seen = await until('the third bar', async () => {
    const status = await run.query(statusQuery);
    return status.bars >= 3 ? { status, elapsedMs: Date.now() - startedAtMs } : null;
  });
  expect(seen.status.nextStepAtMs).not.toBeNull();
  expect(seen.status.bars).toBeLessThanOrEqual(Math.floor(seen.elapsedMs / barMs) + 1);
  const report = await run.result();
  expect(Date.now() - startedAtMs).toBeGreaterThan(14 * barMs);
  expect(report).toMatchObject({ bars: 15, decisions: 15, stoppedBy: 'endOfData' });
});

it('ends by itself when its duration is over', async () => {
  const run = await desk.startSession(
    freshId('duration'),
    aPaperSession(100, 1, { durationMs: 1_000, strategy: 'smaCross' }),
  );
  expect(await run.result()).toMatchObject({ stoppedBy: 'duration', bars: 0 });
});

it('refuses a second paper session of the same strategy on the same account until the first is gone', async () => {
  const strategy = { type: 'momentum', parameters: { lookback: 7 } };
  const holderId = freshId('holder');
  const holder = await desk.startSession(holderId, aPaperSession(50, 1, { strategy }));
  await until('the first session is open', async () => ((await holder.query(statusQuery)).nextStepAtMs ? true : null));
  const refused = await problemsOf(await desk.startSession(freshId('second'), aPaperSession(50, 1, { strategy })));
  expect(refused).toMatchObject([{ code: 'ACCOUNT_BUSY', path: 'accountId', got: `"${holderId}"` }]);

  const other = await desk.startSession(freshId('other'), aPaperSession(50, 1, { strategy: 'emaCross' }));
  await until('another strategy may trade beside it', async () => (await other.query(statusQuery)).nextStepAtMs);
  await other.signal(stopSignal);

  await holder.terminate('gone without closing');
  const heir = await desk.startSession(freshId('heir'), aPaperSession(50, 1, { strategy }));
  expect(await heir.executeUpdate(tickUpdate, { args: [{}] })).toMatchObject({ noDecision: 'WARM_UP' });
  await heir.signal(stopSignal);
  expect(await heir.result()).toMatchObject({ stoppedBy: 'signal', bars: 1 });
});

it('closes every open position with decisions of its own when it is stopped with flatten', async () => {
  const sessionId = freshId('flatten');
  const run = await desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: `strategy-session:${sessionId}`,
    args: [aBacktest(60, { strategy: { type: 'buyAndHold' }, direction: 'longOnly' })],
    signal: pauseSignal,
  });
  await until('a position', async () => {
    await run.executeUpdate(tickUpdate, { args: [{}] });
    return (await run.query(statusQuery)).activePositions === 1 ? true : null;
  });
  await run.signal(stopSignal, { reason: 'enough', flatten: true });
  const report = await run.result();
  expect(report).toMatchObject({ stoppedBy: 'signal', stopReason: 'enough', trades: 1 });
  const { rows } = await sql<{ quantity: string; exit_reason: string }>`
    select p.quantity, t.exit_reason from positions p join trades t using (account_id)
    where t.session_id = ${sessionId}`.execute(desk.db);
  expect(rows).toEqual([{ quantity: '0', exit_reason: 'flatten' }]);
  const [events] = await runsOf(desk.client, run.workflowId, run.signaledRunId);
  expect(childStarts(events ?? [])).toBe(2);
});

it('goes on after a reset to before its order was handed over, and sends no order twice', async () => {
  const sessionId = freshId('reset');
  const run = await desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: `strategy-session:${sessionId}`,
    args: [aBacktest(40, { strategy: { type: 'buyAndHold' } })],
    signal: pauseSignal,
  });
  await until('a position', async () => {
    await run.executeUpdate(tickUpdate, { args: [{}] });
    return (await run.query(statusQuery)).activePositions === 1 ? true : null;
  });
  const [events = []] = await runsOf(desk.client, run.workflowId, run.signaledRunId);
  const handOver = events.find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
  await desk.client.workflowService.resetWorkflowExecution({
    namespace: desk.targets.namespace,
    workflowExecution: { workflowId: run.workflowId, runId: run.signaledRunId },
    workflowTaskFinishEventId:
      handOver?.startChildWorkflowExecutionInitiatedEventAttributes?.workflowTaskCompletedEventId ?? null,
    reason: 'a test',
    requestId: sessionId,
  });
  const renewed = desk.client.workflow.getHandle<typeof strategySession>(run.workflowId);
  await renewed.signal(stopSignal, { flatten: true });
  expect(await renewed.result()).toMatchObject({ stoppedBy: 'signal', trades: 1, orders: 3, fills: 2 });
  expect(await count('orders', sessionId, 'distinct decision_id')).toBe(2);
});

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});
