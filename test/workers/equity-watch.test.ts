/** The Risk Officer is woken when a fall of the day crosses 2, 4 or 8 %, whoever has walked the book. */
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BrokerAnswer } from '../../adapters/broker/broker.ts';
import { createAccount } from '../../db/accounts.ts';
import type { PaperBroker } from '../../db/paper-broker.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import { createEquityWatch } from '../../workers/equity-watch.ts';
import { anAccount, type DeskDatabase, openDeskDatabase } from '../db/desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

it('tells of a book of orders by hand once for each step it falls or rises', async () => {
  const accountId = 'by-hand';
  const riskState = openRiskState(toDecimal(100_000), 0);
  await createAccount(desk.db, anAccount({ accountId, riskState }), []);
  const told: unknown[] = [];
  const handle = { signal: async (_signal: unknown, payload: unknown) => void told.push(payload) };
  const client = { workflow: { getHandle: () => handle } } as unknown as Client;
  let lastEquity = '';
  const walked = { own: [{ accountId }], elsewhere: [], refusal: null } as unknown as BrokerAnswer;
  const book = {
    advance: async () => {
      const risk_state = { ...riskState, lastEquity };
      await desk.db.updateTable('accounts').set({ risk_state }).where('account_id', '=', accountId).execute();
      return walked;
    },
  } as unknown as PaperBroker;
  const broker = createEquityWatch(desk.db, client).paper(book);
  for (lastEquity of ['99000', '98000', '97900', '92000', '99500']) {
    expect(await broker.advance('a decision', {} as never, null)).toBe(walked);
  }
  expect(told).toEqual([
    { accountId, step: 1 },
    { accountId, step: 3 },
    { accountId, step: 0 },
  ]);
});
