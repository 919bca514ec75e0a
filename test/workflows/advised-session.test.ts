/** A session that listens to its advisor: the plain loop decides the same, every question leaves its row, and none costs. */
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { lastDecisions } from '../../db/decisions.ts';
import { readPayload } from '../../db/llm/payloads.ts';
import { adviceSchema } from '../../schemas/llm/contracts/advice.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { runLoop } from '../../scripts/lib/backtest/run-loop.ts';
import { statusQuery } from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
import { aBacktest } from './session-inputs.ts';

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

const BARS = 1_200;

const callsOf = (sessionId: string) =>
  desk.db.selectFrom('model_calls').selectAll().where('session_id', '=', sessionId).execute();

it('decides as the plain loop does, with a row of provider rules for every question', async () => {
  const sessionId = freshId('advised');
  const input = aBacktest(BARS);
  const run = await desk.startSession(sessionId, input);
  const report = await run.result();
  const market = deskMarketData(barReaders(desk.db));
  const parsed = parseSessionInput(input, `strategy-session:${sessionId}`, Date.now());
  const parts = { market, configFolder: path.resolve('config'), codeVersion: 'x', seedIndicators: 'talib' as const };
  const looped = await runLoop(parsed, parts);
  expect(report.resultHash).toBe(looped.report.resultHash);
  expect(report.trades).toBeGreaterThan(10);
  expect(Object.keys(report.noDecisionsByReason).some((reason) => reason.startsWith('VETO_'))).toBe(true);

  const decisions = await lastDecisions(desk.db, sessionId, BARS);
  const advised = decisions.filter(
    (one) => one.contributions.some(({ component }) => component === 'llm') && one.noDecision === null,
  );
  const calls = await callsOf(sessionId);
  expect(calls.map((one) => one.decision_id).sort()).toEqual(advised.map((one) => one.decisionId).sort());
  expect(new Set(calls.map((one) => `${one.provider} ${one.cost_micro_usd} ${one.outcome}`))).toEqual(
    new Set(['rules 0 answered']),
  );
  const [call] = calls;
  const advice = adviceSchema.parse(JSON.parse(await readPayload(desk.db, call?.response_ref ?? '')));
  const decision = advised.find((one) => one.decisionId === call?.decision_id);
  expect(decision?.contributions.find(({ component }) => component === 'llm')?.confidence).toBe(advice.confidence);
  expect(report).toMatchObject({ modelCostMicroUsd: 0, returnOnModelCost: null });
  expect(await run.query(statusQuery)).toMatchObject({ modelCostMicroUsd: 0 });
});

it('asks nobody where it listens to the technical rules alone', async () => {
  const sessionId = freshId('alone');
  const report = await (await desk.startSession(sessionId, aBacktest(300, { components: ['technical'] }))).result();
  expect(report.trades).toBeGreaterThan(5);
  expect(await callsOf(sessionId)).toEqual([]);
});

it('lets the model propose in aiDiscretionary, and refuses the type where nobody listens to it', async () => {
  const sessionId = freshId('discretion');
  const report = await (await desk.startSession(sessionId, aBacktest(600, { strategy: 'aiDiscretionary' }))).result();
  expect(report).toMatchObject({ strategyType: 'aiDiscretionary', bars: 600 });
  const calls = await callsOf(sessionId);
  expect(calls.length).toBeGreaterThan(100);
  const deaf = { strategy: { type: 'aiDiscretionary' }, components: ['technical'] };
  const refused = await problemsOf(await desk.startSession(freshId('deaf'), aBacktest(60, deaf)));
  expect(refused).toMatchObject([{ code: 'INPUT_ITEMS', path: 'components' }]);
});
