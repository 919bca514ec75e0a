/** Many rows in one statement: exact numbers, plain JSON, defaults, conflicts, and how fast it is. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertDecisions } from '../../db/decisions.ts';
import { fillsOfAccount, insertFills } from '../../db/fills.ts';
import { insertRows, upsertRows } from '../../db/insert-rows.ts';
import { insertOrders, orderByClientId, recordIntents } from '../../db/orders.ts';
import { sqlState } from '../../db/retry.ts';
import { aDecision, aFill, anIntent, anOrder, type DeskDatabase, openDeskDatabase } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

it('keeps ids of 20 digits, a fee of 0.00000001 and numbers of 30 digits digit by digit', async () => {
  const fill = aFill(1, {
    accountId: 'exact',
    tradeId: '18446744073709551616',
    fee: '0.00000001',
    quantity: '123456789012345678901234567890.12345678901234567891',
    price: '0.10000000000000000001',
  });
  await insertFills(desk.db, [fill]);
  expect(await fillsOfAccount(desk.db, 'exact')).toEqual([fill]);
});

it('refuses a quantity that is not a number above zero', async () => {
  for (const quantity of ['0', '-1', 'NaN', 'Infinity']) {
    const attempt = insertFills(desk.db, [aFill(1, { accountId: 'refused', quantity })]);
    expect(sqlState(await attempt.catch((error: unknown) => error))).toBe('23514');
  }
});

it('writes all rows or none', async () => {
  const fills = [aFill(1, { accountId: 'all-or-none' }), aFill(2, { accountId: 'all-or-none', price: '-1' })];
  await expect(insertFills(desk.db, fills)).rejects.toThrow('fills_price_check');
  expect(await fillsOfAccount(desk.db, 'all-or-none')).toEqual([]);
});

it('leaves out known rows when asked, and counts the rest', async () => {
  const rows = [
    { name: 'first', value: 1 },
    { name: 'second', value: 2 },
  ];
  expect(await insertRows(desk.db, 'counters', rows.slice(0, 1))).toBe(1);
  expect(await insertRows(desk.db, 'counters', rows, { onConflict: 'nothing' })).toBe(1);
  expect(await insertRows(desk.db, 'counters', [])).toBe(0);
});

it('overwrites known rows, the last one of a key counting', async () => {
  await upsertRows(
    desk.db,
    'counters',
    ['name'],
    [
      { name: 'upserted', value: 1 },
      { name: 'upserted', value: 2 },
    ],
  );
  await upsertRows(desk.db, 'counters', ['name'], [{ name: 'upserted', value: 3 }]);
  const rows = await desk.db.selectFrom('counters').select('value').where('name', '=', 'upserted').execute();
  expect(rows).toEqual([{ value: 3 }]);
});

it('carries quotes, line feeds, commas and letters of any script unharmed', async () => {
  const reasoning = `it's "quoted", {braces}, \\ and\nlines; drop table fills; 日本 🚀`;
  const order = anOrder(1, { decisionId: 'text', clientOrderId: 'text-1' });
  const intent = anIntent(1, { decisionId: 'text', clientOrderId: 'text-1' });
  await recordIntents(desk.db, [intent], { epoch: 1, origin: 'manual', reasoning });
  await insertOrders(desk.db, [order]);
  const query = desk.db.selectFrom('order_intents').select('reasoning').where('client_order_id', '=', 'text-1');
  expect((await query.executeTakeFirstOrThrow()).reasoning).toBe(reasoning);
  expect(await orderByClientId(desk.db, 'text-1')).toEqual(order);
});

it('inserts decisions in batches of 500 (rate printed, not judged)', async () => {
  const context = { accountId: 'speed', sessionId: 'speed', run: 1, correlationId: null };
  const rates: number[] = [];
  for (let batch = 0; batch < 10; batch += 1) {
    const records = Array.from({ length: 500 }, (_, index) => ({
      decision: aDecision(batch * 500 + index),
      inputs: { rsi: 45.123456, ema20: 42_123.4567, atr: 321.5, regime: 'bull' },
    }));
    const startedAt = performance.now();
    await insertDecisions(desk.db, context, records);
    rates.push(500_000 / (performance.now() - startedAt));
  }
  const median = rates.sort((a, b) => a - b)[5] ?? 0;
  console.info(`insertDecisions: ${Math.round(median)} rows/s in batches of 500 (median of 10)`);
  const counted = await desk.db.selectFrom('decisions').select((eb) => eb.fn.countAll<number>().as('count'));
  expect(await counted.where('session_id', '=', 'speed').executeTakeFirstOrThrow()).toEqual({ count: 5_000 });
});
