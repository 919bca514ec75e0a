/** Decisions come back as they were made, with the gate's reasons worst first, and never twice for one bar. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decisionAtBar, decisionById, insertDecisions, insertRefusals, lastDecisions } from '../../db/decisions.ts';
import { sqlState } from '../../db/retry.ts';
import { aDecision, type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
const context = { accountId: 'paper-1', sessionId: 's', run: 1, correlationId: 'c' };
const record = (...args: Parameters<typeof aDecision>) => ({ decision: aDecision(...args), inputs: { rsi: 45.5 } });
beforeAll(async () => {
  desk = await openDeskDatabase();
  const reasons = [
    { rule: 'dailyLoss', message: 'loss 1200 USD above limit 1000 USD' },
    { rule: 'positionCount', message: '11 above 10' },
  ];
  const refused = { approved: false, reasons };
  const silent = { action: 'hold', noDecision: 'DATA_GAP', verdict: null, stopPrice: null, orderHash: null } as const;
  await insertDecisions(desk.db, context, [record(0), record(1, { verdict: refused }), record(2, silent)]);
  await insertRefusals(desk.db, [{ decisionId: 'decision-1', stage: 'proposal', reasons }]);
});
afterAll(() => desk.close());

it('gives back the newest decisions, oldest of them first', async () => {
  expect(await lastDecisions(desk.db, 's', 1)).toMatchObject([{ sequence: 2, noDecision: 'DATA_GAP', verdict: null }]);
  expect((await lastDecisions(desk.db, 's', 5)).map((one) => one.sequence)).toEqual([0, 1, 2]);
});

it('gives back every field, reasons in their order', async () => {
  expect(await decisionById(desk.db, 'decision-0')).toEqual(aDecision(0));
  expect((await decisionById(desk.db, 'decision-1'))?.verdict).toEqual({
    approved: false,
    reasons: [
      { rule: 'dailyLoss', message: 'loss 1200 USD above limit 1000 USD' },
      { rule: 'positionCount', message: '11 above 10' },
    ],
  });
});

it('finds the decision of a bar by session, run, symbol and time', async () => {
  const bar = { sessionId: 's', run: 1, symbol: 'BTC/USDT', asOfMs: START_MS + HOUR_MS };
  expect((await decisionAtBar(desk.db, bar))?.sequence).toBe(1);
  expect(await decisionAtBar(desk.db, { ...bar, run: 2 })).toBeUndefined();
  expect(await decisionAtBar(desk.db, { ...bar, asOfMs: START_MS + 9 * HOUR_MS })).toBeUndefined();
});

it('refuses a second decision for the same bar of a run, and lets the next run have one', async () => {
  const again = record(7, { asOfMs: START_MS });
  const error = await insertDecisions(desk.db, context, [again]).catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe('23505');
  await insertDecisions(desk.db, { ...context, run: 2 }, [again]);
});

it('refuses a sequence that the session has used', async () => {
  const taken = record(1, { decisionId: 'other', asOfMs: START_MS + 50 * HOUR_MS });
  const error = await insertDecisions(desk.db, { ...context, run: 2 }, [taken]).catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe('23505');
});
