/** What a walk is told of its account: what is at work, and what has left without anybody knowing what became of it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { createAccount } from '../../db/accounts.ts';
import { loadAccount, openingCheckpoint } from '../../db/load-walk.ts';
import { insertOrders, recordIntents } from '../../db/orders.ts';
import { seedPolicy } from '../../db/policies.ts';
import { inTransaction } from '../../db/retry.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import type { Order } from '../../schemas/execution.ts';
import { anAccount, anIntent, anOrder, type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await createAccount(desk.db, anAccount({ riskState: openRiskState(toDecimal('100000'), START_MS) }), []);
  await inTransaction(desk.db, (trx) =>
    seedPolicy(trx, {
      mode: 'stability',
      settings: loadGovernance('config').settings,
      setBy: 'a test',
      reason: 'start',
      atMs: START_MS,
    }),
  );
});
afterAll(() => desk.close());

it('keeps apart the orders at work, those in doubt, and those of others', async () => {
  const changes: Partial<Order>[] = [
    { state: 'ACKED' },
    { state: 'UNKNOWN', leg: 'exit', reduceOnly: true },
    { state: 'MANUAL' },
    { state: 'SENT', leg: 'stop', reduceOnly: true },
    { state: 'INTENT' },
    { state: 'UNKNOWN', strategyId: 'other' },
    { state: 'FILLED' },
  ];
  const told = { epoch: 0, origin: 'session', reasoning: null } as const;
  await recordIntents(
    desk.db,
    changes.map(({ state, ...change }, n) => anIntent(n, change)),
    told,
  );
  await insertOrders(
    desk.db,
    changes.map((change, n) => anOrder(n, change)),
  );
  const { state, inDoubt } = await inTransaction(desk.db, (trx) =>
    loadAccount(trx, 'paper-1', 'momentum', openingCheckpoint('100000'), null),
  );
  expect(state.book.orders.map((one) => one.clientOrderId)).toEqual(['order-0']);
  expect(inDoubt.map((one) => one.clientOrderId)).toEqual(['order-1', 'order-2']);
});
