/**
 * A session that listens to its advisor: the plain loop decides the same,
 * every question leaves its row, and none costs.
 */
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { lastDecisions } from '../../db/decisions.ts';
import { readPayload } from '../../db/llm/payloads.ts';
import { adviceSchema } from '../../schemas/llm/contracts/advice.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { runLoop } from '../../scripts/lib/backtest/run-loop.ts';
import { replayAnswer } from '../../scripts/lib/replay/replay-answer.ts';
import type { Otherwise } from '../../scripts/lib/replay/replay-decisions.ts';
import type { WhatIf } from '../../scripts/lib/replay/what-if.ts';
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
  // What it proposes is judged by the policy, and assessed by the rules.
  const entries = (await lastDecisions(desk.db, sessionId, 600)).filter((one) => one.stopPrice !== null);
  const assessed = calls.filter((one) => one.contract === 'riskAssessment').map((one) => one.decision_id);
  expect(entries.length).toBeGreaterThan(5);
  expect(assessed.sort()).toEqual(entries.map((one) => one.decisionId).sort());
  const judged = calls.flatMap(({ decision_id, policy_verdict }) => (policy_verdict === null ? [] : [decision_id]));
  expect(new Set(judged)).toEqual(new Set(assessed));
  const deaf = { strategy: { type: 'aiDiscretionary' }, components: ['technical'] };
  const refused = await problemsOf(await desk.startSession(freshId('deaf'), aBacktest(60, deaf)));
  expect(refused).toMatchObject([{ code: 'INPUT_ITEMS', path: 'components' }]);
});

it('is decided again from the record alone, and otherwise under another limit', async () => {
  const sessionId = freshId('replayed');
  await (await desk.startSession(sessionId, aBacktest(BARS))).result();
  const noModels = (): never => {
    throw new Error('a replay asks no model');
  };
  const replay = (id: string, whatIf: Partial<WhatIf> = {}) =>
    replayAnswer(desk.db, noModels, id, { limits: {}, model: null, prompt: null, ...whatIf });
  const all = await replay(sessionId);
  expect(all.document).toMatchObject({ ok: true, decisions: BARS, same: BARS, difference: null });

  const decisions = await lastDecisions(desk.db, sessionId, BARS);
  const entry = decisions.find((one) => one.action === 'buy' && one.verdict?.approved === true && one.sizeFraction > 0);
  const alone = await replay(entry?.decisionId ?? '');
  expect(alone).toMatchObject({
    exitCode: 0,
    document: { ok: true, decisions: 1, decision: { sequence: entry?.sequence } },
  });

  const otherwise = async (limits: WhatIf['limits']) => {
    const { document } = await replay(entry?.decisionId ?? '', { limits });
    expect(document).toMatchObject({ whatIf: true, decisions: 1 });
    return (document.changed as Otherwise[])[0]?.otherwise;
  };
  const smaller = await otherwise({ positionFractionMax: 0.01 });
  expect(smaller?.sizeFraction).toBeCloseTo(0.01 * (entry?.agreement ?? 0), 12);
  expect(entry?.sizeFraction).toBeGreaterThan(0.01);
  expect((await otherwise({ confidenceMin: 0.999 }))?.verdict?.approved).toBe(false);
  expect(await lastDecisions(desk.db, sessionId, BARS)).toEqual(decisions);

  const [call] = await callsOf(sessionId);
  const checks = await replay(call?.call_id ?? '');
  expect(checks).toMatchObject({ exitCode: 0, document: { ok: true } });

  await desk.db
    .updateTable('decisions')
    .set({ size_fraction: 0.5 })
    .where('decision_id', '=', entry?.decisionId ?? '')
    .execute();
  const changed = await replay(entry?.decisionId ?? '');
  const difference = { path: 'sizeFraction', before: 0.5, after: entry?.sizeFraction };
  expect(changed).toMatchObject({ exitCode: 1, document: { ok: false, difference } });
});
