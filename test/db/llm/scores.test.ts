/** Forty wrong answers take a model out; thirty right ones in the shadow, after a day, bring it back. And what is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from '../../../db/accounts.ts';
import { insertDecisions } from '../../../db/decisions.ts';
import { ANSWERED, keepOutcome, openCall } from '../../../db/llm/calls.ts';
import { openDemotions, recordScore } from '../../../db/llm/scores.ts';
import { modelUsage } from '../../../db/llm/usage.ts';
import { readWhy } from '../../../db/llm/why.ts';
import { inTransaction } from '../../../db/retry.ts';
import { DEMOTED_MS } from '../../../domain/llm/demotion.ts';
import { assessmentKey } from '../../../schemas/llm/proposal-assessment.ts';
import { aDecision, anAccount, type DeskDatabase, openDeskDatabase, START_MS } from '../desk-database.ts';

let desk: DeskDatabase;
let calls = 0;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

async function aCall(change: { decisionId?: string; costMicroUsd?: number } = {}): Promise<string> {
  calls += 1;
  const callId = `call-${calls}`;
  const row = {
    call_id: callId,
    call_key: callId,
    ask_key: callId,
    step: 'answer',
    task: 'advice',
    contract: 'advice',
    prompt_id: 'advisor',
    prompt_version: 1,
    prompt_hash: 'h',
    provider: 'near',
    model: 'near-1',
    tier: 'fast',
    decision_id: change.decisionId ?? null,
    cost_micro_usd: change.costMicroUsd ?? 1_000,
    outcome: ANSWERED,
    as_of: new Date(START_MS).toISOString(),
  };
  await inTransaction(desk.db, (trx) => openCall(trx, row, { question: callId }));
  return callId;
}

const NEAR = { kind: 'model', subject: 'near-1' } as const;
const scored = async (correct: boolean, atMs: number): Promise<boolean> =>
  recordScore(desk.db, {
    callId: await aCall(),
    regime: 'bull',
    tradeId: null,
    confidence: correct ? 0.8 : 0.9,
    correct,
    pnlNet: correct ? '2' : '-1',
    scoredAtMs: atMs,
  });

describe('scores', () => {
  it('demote after thirty wrong answers, not before, and restore after a day and thirty good ones', async () => {
    const isOut = async () => (await openDemotions(desk.db)).some(({ subject }) => subject === NEAR.subject);
    for (let n = 0; n < 29; n += 1) await scored(false, START_MS + n);
    expect(await isOut()).toBe(false);
    for (let n = 29; n < 40; n += 1) await scored(false, START_MS + n);
    expect(await isOut()).toBe(true);
    // Ten of the forty were given in the shadow; with twenty good ones they are thirty, of Brier 0.297.
    for (let n = 0; n < 19; n += 1) await scored(true, START_MS + 2 * DEMOTED_MS + n);
    expect(await isOut()).toBe(true);
    await scored(true, START_MS + 2 * DEMOTED_MS + 19);
    expect(await isOut()).toBe(false);
    for (let n = 20; n < 30; n += 1) await scored(true, START_MS + 2 * DEMOTED_MS + n);
    expect(await isOut()).toBe(false);
  });

  it('count once a call, and add up to the report', async () => {
    const [row] = await modelUsage(desk.db, 'model');
    expect(row).toMatchObject({ name: 'near-1', requests: 70, scored: 70, costMicroUsd: 70_000, pnlNet: '20' });
    expect(row?.accuracy).toBeCloseTo(30 / 70, 12);
    // (20 USD − 0.07 USD) / 0.07 USD
    expect(row?.returnOnModelCost).toBeCloseTo(284.714286, 5);
    expect(row?.costPerProfitableTradeMicroUsd).toBeCloseTo(70_000 / 30, 6);
    expect((await modelUsage(desk.db, 'prompt')).map(({ name }) => name)).toEqual(['advisor@1']);
    const again = { callId: 'call-1', regime: null, tradeId: null, confidence: 1, correct: true, pnlNet: null };
    expect(await recordScore(desk.db, { ...again, scoredAtMs: START_MS })).toBe(false);
    const { model_usage: usage } = await desk.db.selectFrom('desk_performance').selectAll().executeTakeFirstOrThrow();
    expect(usage).toEqual({ 'near-1': { totalTokens: 0, totalCostMicroUsd: 70_000, requestCount: 70 } });
  });
});

describe('why', () => {
  it('tells a decision with its models in one query, and nothing of an id nobody knows', async () => {
    await createAccount(desk.db, anAccount(), []);
    const context = { accountId: 'paper-1', sessionId: null, run: 1, correlationId: null };
    await insertDecisions(desk.db, context, [{ decision: aDecision(1), inputs: {} }]);
    const callId = await aCall({ decisionId: 'decision-1' });
    const why = await readWhy(desk.db, 'decision-1');
    expect(why?.decision).toMatchObject({ symbol: 'BTC/USDT', action: 'buy' });
    expect(why?.modelCalls).toMatchObject([{ callId, prompt: 'advisor@1', model: 'near-1' }]);
    expect(why?.assessment).toBeNull();
    const silence = { kind: 'noDecision', reason: 'LLM_NO_WORKER', detail: '', callIds: [], costMicroUsd: 0 };
    await keepOutcome(desk.db, assessmentKey('decision-1'), silence);
    expect((await readWhy(desk.db, 'decision-1'))?.assessment).toEqual({ rules: null, model: silence });
    expect(await readWhy(desk.db, 'nobody')).toBeUndefined();
  });
});
