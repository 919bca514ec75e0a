/** One bar's way through the house, told in order: from a stored price to a decision, an order, money and a report. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyAudit } from '../../db/audit.ts';
import { listDataSets } from '../../db/data-sets.ts';
import { readEvents } from '../../db/events.ts';
import { readSession } from '../../db/sessions.ts';
import type { Decision } from '../../schemas/decision.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { orderQuery } from '../../workflows/messages/order-execution.ts';
import {
  pauseSignal,
  positionsQuery,
  statusQuery,
  stopSignal,
  strategySessionId,
  tickUpdate,
} from '../../workflows/messages/strategy-session.ts';
import type { orderExecution } from '../../workflows/order-execution.ts';
import type { strategySession } from '../../workflows/strategy-session.ts';
import { type DeskUnderTest, openDeskUnderTest, until } from '../workflows/desk-under-test.ts';

const SYMBOL = 'BTC/USDT';
const SESSION = 'life-of-a-bar';
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2024, 0, 1);
/** Quiet for a day, then up by 3 %, a little higher, and back to where it was. */
const CLOSES = [...Array.from({ length: 25 }, () => 100), 103, 104, 104, 99.9, 99.9, 99.9];

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
  await storeCloses(desk.db, SYMBOL, CLOSES);
});
afterAll(() => desk.close());

const session = () => desk.client.workflow.getHandle<typeof strategySession>(strategySessionId(SESSION));
const child = (sequence: number) =>
  desk.client.workflow.getHandle<typeof orderExecution>(`${strategySessionId(SESSION)}/order:${sequence}`);
const nextBar = async (): Promise<Decision> => {
  const decision = await session().executeUpdate(tickUpdate, { args: [{}] });
  if (decision === null || !('action' in decision)) throw new Error('one symbol gives one decision');
  return decision;
};
const stored = {
  intents: () => desk.db.selectFrom('order_intents').selectAll().execute(),
  fills: () => desk.db.selectFrom('fills').selectAll().execute(),
  trades: () => desk.db.selectFrom('trades').selectAll().execute(),
  entries: () => desk.db.selectFrom('ledger_entries').selectAll().execute(),
};

it('lies in Postgres as it was imported', async () => {
  expect(await listDataSets(desk.db)).toMatchObject([{ symbol: SYMBOL, intervalMs: HOUR_MS, rowCount: 31, gaps: [] }]);
});

it('is one of many that a session walks: 25 quiet bars are 25 decisions to do nothing', async () => {
  await desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: strategySessionId(SESSION),
    args: [
      { accountId: 'paper-1', strategy: 'momentum', symbols: [SYMBOL], tradingMode: 'paper', barIntervalMs: HOUR_MS },
    ],
    signal: pauseSignal,
  });
  const quiet: Decision[] = [];
  for (let bar = 0; bar < 25; bar += 1) quiet.push(await nextBar());
  expect(quiet.map((one) => one.action)).toEqual(Array.from({ length: 25 }, () => 'hold'));
  expect(quiet.filter((one) => one.noDecision === 'WARM_UP')).toHaveLength(20);
  expect(await stored.intents()).toEqual([]);
});

it('becomes a decision at its close, with its reasons, its size and the verdict of the gate', async () => {
  const decision = await nextBar();
  expect(decision).toMatchObject({
    sequence: 25,
    symbol: SYMBOL,
    asOfMs: START_MS + 26 * HOUR_MS,
    action: 'buy',
    sizeFraction: 0.08,
    targetFraction: 0.08,
    coverage: 0.4,
    agreement: 1,
    noDecision: null,
    verdict: { approved: true, reasons: [] },
  });
  // ln 1.03 against a threshold of ln 1.02: 0.6 + 0.4 × (0.029559 / 0.019803 − 1).
  expect(decision.confidence).toBeCloseTo(0.79707, 4);
  expect(decision.contributions).toMatchObject([
    { component: 'technical', side: 1, weight: 0.3 },
    { component: 'llm', side: 1, weight: 0.1 },
  ]);
});

it('has its order recorded before it is sent, by a child workflow of its own', async () => {
  const intents = await stored.intents();
  expect(intents.map((one) => one.leg).sort()).toEqual(['entry', 'stop']);
  const status = await child(25).query(orderQuery);
  expect(status.state).toBe('working');
  expect(status.orders.map((one) => `${one.leg} ${one.state}`)).toEqual(['entry ACKED', 'stop ACKED']);
  expect(await stored.fills()).toEqual([]);
});

it('is followed by a bar that fills the order at its open, with costs, and leaves the stop at work', async () => {
  expect(await nextBar()).toMatchObject({ action: 'hold' });
  // 8 % of 100,000 at the close of 103, rounded down to 1e-8; the open of 103 and 3 basis points.
  expect(await stored.fills()).toMatchObject([{ side: 'buy', quantity: '77.66990291', price: '103.0309' }]);
  const [position] = await session().query(positionsQuery);
  expect(position).toMatchObject({ symbol: SYMBOL, quantity: '77.66990291', averagePrice: '103.0309' });
  await until('the child hears of the fill', async () => {
    const { orders } = await child(25).query(orderQuery);
    return orders[0]?.state === 'FILLED' && orders[1]?.state === 'ACKED' ? true : null;
  });
});

it('ends in an exit when the price is back where it was, and the round trip is told with what was known', async () => {
  const decisions = [await nextBar(), await nextBar(), await nextBar()];
  expect(decisions.map((one) => one.action)).toEqual(['hold', 'sell', 'hold']);
  const trades = await stored.trades();
  expect(trades).toMatchObject([
    { session_id: SESSION, side: 'long', exit_reason: 'signal', entry_price: '103.0309', exit_price: '99.87003' },
  ]);
  expect(trades[0]?.entry_features).toMatchObject({ close: 103 });
  const done = await Promise.all([child(25).result(), child(28).result()]);
  expect(done.flatMap((one) => one.orders.map((order) => `${order.leg} ${order.state}`))).toEqual([
    'entry FILLED',
    'stop CANCELED',
    'exit FILLED',
  ]);
});

it('leaves money that adds up, events without a gap, an audit that holds, and a report', async () => {
  await session().signal(stopSignal, { reason: 'the story is told' });
  const report = await session().result();
  expect(report).toMatchObject({ bars: 30, decisions: 30, orders: 3, fills: 2, trades: 1, stoppedBy: 'signal' });
  expect((await readSession(desk.db, SESSION))?.report).toEqual(report);
  expect(await session().query(statusQuery)).toMatchObject({ bars: 30, activePositions: 0, tradesExecuted: 1 });

  const cents = new Map<string, number>();
  for (const { posting_id, amount } of await stored.entries()) {
    cents.set(posting_id, (cents.get(posting_id) ?? 0) + Number(amount));
  }
  for (const sum of cents.values()) expect(sum).toBeCloseTo(0, 8);
  const events = await readEvents(desk.db, 0, 1_000);
  expect(events.map((one) => one.sequence)).toEqual(events.map((_, index) => index + 1));
  expect(new Set(events.map((one) => one.type))).toEqual(
    new Set(['session_opened', 'order_recorded', 'order_filled', 'session_closed']),
  );
  expect(await verifyAudit(desk.db)).toBeNull();
});
