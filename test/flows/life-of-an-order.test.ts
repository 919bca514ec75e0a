/**
 * One order by hand, told in order: refused while the desk is locked, then recorded, sent, filled in parts, stopped.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyAudit } from '../../db/audit.ts';
import { readEvents } from '../../db/events.ts';
import { canMove } from '../../domain/execution/order-state.ts';
import { FINAL_ORDER_STATES } from '../../schemas/execution.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { orderExecutionId, orderQuery } from '../../workflows/messages/order-execution.ts';
import type { orderExecution } from '../../workflows/order-execution.ts';
import { type DeskUnderTest, openDeskUnderTest, until } from '../workflows/desk-under-test.ts';

const SYMBOL = 'SOL/USDT';
/** 2.5 % of it, 25 units, may be taken from one bar. */
const VOLUME = 1_000;
const ORDER = {
  accountId: 'paper-1',
  symbol: SYMBOL,
  side: 'buy',
  quantity: '40',
  reasoning: 'the story of an order',
  checkIntervalMs: 100,
};

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
  await storeCloses(
    desk.db,
    SYMBOL,
    Array.from({ length: 40 }, () => 100),
    0,
    VOLUME,
  );
});
afterAll(() => desk.close());

const order = () => desk.client.workflow.getHandle<typeof orderExecution>(orderExecutionId('story'));
const legs = async () =>
  (await order().query(orderQuery)).orders.map((one) => `${one.leg} ${one.state} ${one.quantityFilled}`);
const becomes = (expected: readonly string[]) =>
  until(expected.join(), async () => ((await legs()).join() === expected.join() ? true : null));
const moreBars = (closes: readonly number[], fromIndex: number) =>
  storeCloses(desk.db, SYMBOL, closes, fromIndex, VOLUME);
const stored = {
  intents: () => desk.db.selectFrom('order_intents').selectAll().execute(),
  orders: () => desk.db.selectFrom('orders').selectAll().execute(),
  fills: () => desk.db.selectFrom('fills').selectAll().execute(),
  refusals: () => desk.db.selectFrom('gate_refusals').selectAll().execute(),
  trades: () => desk.db.selectFrom('trades').selectAll().execute(),
  positions: () => desk.db.selectFrom('positions').selectAll().execute(),
};

it('is refused while the kill file is there: the reason is kept, and nothing is sent', async () => {
  desk.setKillFile('lunch');
  await desk.startOrder('story', ORDER);
  const status = await order().result();
  desk.setKillFile(null);
  expect(status).toMatchObject({ state: 'refused', orders: [] });
  expect(await stored.refusals()).toMatchObject([{ stage: 'proposal', rule: 'killSwitch' }]);
  expect(await stored.intents()).toEqual([]);
});

it('is recorded with its stop before it is sent, when it is started again', async () => {
  await desk.startOrder('story', ORDER);
  await until('the gate', async () => ((await order().query(orderQuery)).state === 'working' ? true : null));
  const intents = await stored.intents();
  expect(intents.map((one) => `${one.leg} ${one.side} ${one.quantity} ${one.reasoning}`).sort()).toEqual([
    'entry buy 40 the story of an order',
    'stop sell 40 the story of an order',
  ]);
  const orders = await stored.orders();
  for (const one of orders) {
    const intent = intents.find((other) => other.client_order_id === one.client_order_id);
    expect(intent?.recorded_at.getTime()).toBeLessThanOrEqual(one.updated_at.getTime());
  }
});

it('is filled in parts, as far as the volume of each bar allows, and its stop covers what is filled', async () => {
  await becomes(['entry PARTIAL 25', 'stop ACKED 0']);
  expect((await order().query(orderQuery)).orders[1]).toMatchObject({ quantity: '25', stopPrice: '96.03' });
  await moreBars([101], 40);
  await becomes(['entry FILLED 40', 'stop ACKED 0']);
  expect((await order().query(orderQuery)).orders[1]).toMatchObject({ quantity: '40', stopPrice: '96.03' });
  expect((await stored.fills()).map((one) => `${one.quantity} at ${one.price}`).sort()).toEqual([
    '15 at 101.0303',
    '25 at 100.03',
  ]);
});

it('is stopped out in parts when the market falls, and is done then', async () => {
  await moreBars([95], 41);
  await becomes(['entry FILLED 40', 'stop PARTIAL 25']);
  await moreBars([94], 42);
  const status = await order().result();
  expect(status.state).toBe('done');
  expect(status.orders.every((one) => FINAL_ORDER_STATES.includes(one.state))).toBe(true);
  expect(FINAL_ORDER_STATES.flatMap((state) => (canMove(state, 'FILLED') ? [state] : []))).toEqual([]);
});

it('leaves one closed trade, a flat position, an account that lost just that, and traces that hold', async () => {
  const [trade] = await stored.trades();
  expect(trade).toMatchObject({ symbol: SYMBOL, side: 'long', quantity: '40', exit_reason: 'stop' });
  expect(await stored.positions()).toMatchObject([{ symbol: SYMBOL, quantity: '0' }]);
  const account = await desk.db.selectFrom('accounts').selectAll().executeTakeFirstOrThrow();
  expect(account.cash).toBe(account.equity);
  expect(Number(account.cash)).toBeCloseTo(100_000 + Number(trade?.pnl_net), 6);
  expect(Number(trade?.pnl_net)).toBeLessThan(0);
  const types = (await readEvents(desk.db, 0, 1_000)).map((one) => one.type);
  expect(types).toEqual(['order_refused', 'order_recorded', ...Array.from({ length: 4 }, () => 'order_filled')]);
  expect(await verifyAudit(desk.db)).toBeNull();
});
