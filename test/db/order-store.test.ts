/** An order by hand is judged once: what was said stands for every attempt that follows a lost answer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { readAccount } from '../../db/accounts.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { createPaperBroker } from '../../db/paper-broker.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { orderHashOf } from '../../domain/execution/identity.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import { costsSchema } from '../../schemas/execution.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';

const DAY_MS = 86_400_000;

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(desk.db, { mode: startMode, settings, nowMs: Date.now() });
});
afterAll(() => desk.close());

const rowsOf = async (decisionId: string): Promise<{ orders: number; refusals: number }> => {
  const { db } = desk;
  const orders = await db.selectFrom('orders').selectAll().where('decision_id', '=', decisionId).execute();
  const refusals = await db.selectFrom('gate_refusals').selectAll().where('decision_id', '=', decisionId).execute();
  return { orders: orders.length, refusals: refusals.length };
};

it('keeps a refusal when the reason is gone by the next attempt', async () => {
  const store = createOrderStore(desk.db);
  const request = anOrderRequest('refused-once', {}, { strategyId: 'a' });
  const refusal = await store.record({ ...request, halt: 'books not compared yet' });
  expect(refusal).toMatchObject({ approved: false, reasons: [{ rule: 'accountStanding' }] });
  expect(await store.record(request)).toEqual(refusal);
  expect(await store.check(request)).toEqual(refusal);
  expect(await rowsOf('refused-once')).toEqual({ orders: 0, refusals: 1 });
});

it('keeps an approval when a reason to refuse has come by the next attempt', async () => {
  const store = createOrderStore(desk.db);
  const request = anOrderRequest('approved-once', {}, { strategyId: 'b' });
  expect(await store.record(request)).toEqual({ approved: true, reasons: [] });
  expect(await store.record({ ...request, halt: 'books not compared yet' })).toEqual({ approved: true, reasons: [] });
  expect(await rowsOf('approved-once')).toEqual({ orders: 2, refusals: 0 });
});

it('records what a person was asked about only while its row says that this very order is approved', async () => {
  const ask = async (
    decisionId: string,
    state: 'pending' | 'approved' | 'expired',
    change: { quantity?: string } = {},
  ) => {
    const request = anOrderRequest(decisionId);
    const asked = anOrderRequest(decisionId, { ...change, createdAtMs: 1 });
    const at = new Date().toISOString();
    const row = { order_hash: orderHashOf(asked.intents), requested_at: at, expires_at: at };
    await desk.db
      .insertInto('approvals')
      .values({ decision_id: decisionId, state, ...row })
      .execute();
    const { approved, reasons } = await createOrderStore(desk.db).record(request);
    return [approved, ...reasons.map((one) => one.rule), (await rowsOf(decisionId)).orders];
  };
  expect(await ask('waits', 'pending')).toEqual([false, 'approval', 0]);
  expect(await ask('expired', 'expired')).toEqual([false, 'approval', 0]);
  expect(await ask('another', 'approved', { quantity: '0.9' })).toEqual([false, 'approval', 0]);
  expect(await ask('approved', 'approved')).toEqual([true, 2]);
});

it('counts no loss of yesterday against an order by hand, though nothing has traded since', async () => {
  const { nowMs } = anOrderRequest('today').facts;
  const lost = openRiskState(toDecimal(100_000), nowMs - DAY_MS);
  const account = desk.db.updateTable('accounts').where('account_id', '=', 'paper-1');
  const risk_state = { ...lost, dayStartEquity: '102000', peakEquity: '102000', tradesToday: 50 };
  await account.set({ risk_state: { ...risk_state, dayKey: Math.floor(nowMs / DAY_MS) } }).execute();
  const store = createOrderStore(desk.db);
  const sameDay = await store.record(anOrderRequest('same-day', {}, { strategyId: 'c' }));
  expect(sameDay.reasons.map(({ rule }) => rule)).toEqual(['dailyLoss', 'tradesPerDay']);
  await account.set({ risk_state }).execute();
  expect(await store.record(anOrderRequest('next-day', {}, { strategyId: 'c' }))).toMatchObject({ approved: true });
  const row = await readAccount(desk.db, 'paper-1');
  expect(row?.riskState).toMatchObject({ dayStartEquity: '100000', tradesToday: 1 });
});

it('takes the day of an order by hand from wall time, though its last bar is of days before', async () => {
  const store = createOrderStore(desk.db);
  const account = desk.db.updateTable('accounts').where('account_id', '=', 'paper-1');
  const onFriday = (decisionId: string) => {
    const request = anOrderRequest(decisionId, {}, { strategyId: 'd' });
    const nowMs = request.facts.nowMs - 3 * DAY_MS;
    return { ...request, facts: { ...request.facts, nowMs, barOpenTimeMs: nowMs - 60_000 } };
  };
  const today = { ...openRiskState(toDecimal(100_000), Date.now()), dayStartEquity: '100500', tradesToday: 9 };
  await account.set({ risk_state: { ...today } }).execute();
  expect(await store.record(onFriday('on-friday'))).toMatchObject({ approved: true });
  const { dayKey, dayStartEquity } = today;
  const seen = (await readAccount(desk.db, 'paper-1'))?.riskState;
  expect(seen).toMatchObject({ dayKey, dayStartEquity, tradesToday: 10 });
  await account.set({ risk_state: { ...today, dayKey: dayKey - 1, dayStartEquity: '102000' } }).execute();
  expect(await store.record(onFriday('on-friday-too'))).toMatchObject({ approved: true });
});

it('works in the paper book from where its market has come to; only its stop covers the whole bar', async () => {
  const request = anOrderRequest('begins', {}, { strategyId: 'begins' });
  expect(await createOrderStore(desk.db).record(request)).toEqual({ approved: true, reasons: [] });
  const costs = costsSchema.parse({});
  const broker = createPaperBroker({ db: desk.db, costs, desk: loadGovernance('config').desk, killFile: () => null });
  const { nowMs } = request.facts;
  const { own } = await broker.submit('begins', null, nowMs + 1_000);
  expect(own.map((one) => [one.leg, (one.sentAtMs ?? 0) - nowMs])).toEqual([
    ['entry', 1_000],
    ['stop', 0],
  ]);
});
