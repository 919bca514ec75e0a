/** From closed trades to who is asked next: reviews score the answers, scores take a model out and bring it back. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPanelActivities } from '../../../activities/llm/choose-panel.ts';
import { loadPrompts } from '../../../config/prompt-files.ts';
import { createAccount } from '../../../db/accounts.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { insertDecisions } from '../../../db/decisions.ts';
import { breakerAt, FAILURES_TO_OPEN, noteFailure } from '../../../db/llm/breakers.ts';
import { ANSWERED, keepOutcome, openCall } from '../../../db/llm/calls.ts';
import { createModelStore } from '../../../db/llm/model-store.ts';
import { registerPrompts } from '../../../db/llm/prompts.ts';
import { reviewTrade } from '../../../db/llm/trade-review.ts';
import { inTransaction } from '../../../db/retry.ts';
import { insertTrades } from '../../../db/trades.ts';
import { DEMOTED_MS } from '../../../domain/llm/demotion.ts';
import {
  beginExperiment,
  listPrompts,
  readArms,
  reportExperiments,
  stopExperiment,
} from '../../../scripts/lib/model/prompt-commands.ts';
import { tellReport } from '../../../scripts/lib/model/tell-report.ts';
import { REGISTRY } from '../../activities/gateway-under-test.ts';
import { aDecision, anAccount, type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from '../desk-database.ts';

const PROMPTS = loadPrompts(path.resolve(import.meta.dirname, '../../../prompts'));
let desk: DeskDatabase;
let made = 0;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await createAccount(desk.db, anAccount(), []);
  await registerPrompts(desk.db, PROMPTS, START_MS);
});
afterAll(() => desk.close());

const choice = { configured: ['near', 'far'], backend: null, defaultTier: null };
const panel = async () => {
  const store = createModelStore(desk.db);
  const { choosePanel } = createPanelActivities({ registry: REGISTRY, choice, store, accuracy: async () => null });
  return (await choosePanel({ seats: 3, regime: 'bull' })).map(({ name }) => name);
};

/** A long trade that near-1 advised with 0.9, closed with this result and reviewed at `atMs`. */
async function reviewed(pnl: string, atMs: number, task = 'advice') {
  made += 1;
  const [decisionId, askKey, callId] = [`decision-${made}`, `ask-${made}`, `call-${made}`];
  const decision = aDecision(made, { decisionId, asOfMs: START_MS + made * HOUR_MS });
  const context = { accountId: 'paper-1', sessionId: null, run: 1, correlationId: null };
  await insertDecisions(desk.db, context, [{ decision, inputs: {} }]);
  const prompt = { prompt_id: 'advisor', prompt_version: 1, prompt_hash: 'h' };
  const asked = { call_id: callId, call_key: `${askKey}#0`, ask_key: askKey, step: 'answer', task };
  const by = { contract: 'advice', provider: 'near', model: 'near-1', tier: 'fast', cost_micro_usd: 2_000 };
  const row = { ...asked, ...by, ...prompt, decision_id: decisionId, outcome: ANSWERED };
  const asOf = new Date(START_MS).toISOString();
  await inTransaction(desk.db, (trx) => openCall(trx, { ...row, as_of: asOf }, { question: callId }));
  const value = { symbol: 'BTC/USDT', action: 'buy', confidence: 0.9 };
  await keepOutcome(desk.db, askKey, {
    kind: 'answer',
    value,
    model: 'near-1',
    callIds: [callId],
    costMicroUsd: 2_000,
  });
  const trade = {
    ...{ tradeId: `trade-${made}`, symbol: 'BTC/USDT', strategyId: 'momentum', side: 'long' as const, quantity: '1' },
    ...{ entryPrice: '100', exitPrice: '99', entryAtMs: START_MS, exitAtMs: START_MS + HOUR_MS, pnl, decisionId },
    ...{ fees: '0.1', funding: '0', exitReason: 'signal' as const },
  };
  const record = { trade, entryFeatures: null, regime: 'bull' };
  await insertTrades(desk.db, { accountId: 'paper-1', sessionId: null }, [record]);
  return reviewTrade(desk.db, trade.tradeId, atMs);
}

describe('reviews of closed trades', () => {
  it('take a model out of the next panel after forty wrong answers, and a day with thirty right ones brings it back', async () => {
    expect(await panel()).toEqual(['near-1', 'far-1', 'near-1 2']);
    const first = await reviewed('-1', START_MS);
    expect(first.scored).toMatchObject([{ model: 'near-1', action: 'buy', confidence: 0.9, correct: false }]);
    expect(first.scored[0]?.brier).toBeCloseTo(0.81, 12);
    expect(first).toMatchObject({ modelCostMicroUsd: 2_000, pnlNet: '-1.002' });
    for (let n = 1; n < 40; n += 1) await reviewed('-1', START_MS + n);
    expect(await panel()).toEqual(['far-1', 'far-1 2', 'far-1 3']);
    // Answers that it gives by name in the shadow, a day later: thirty within the limits.
    for (let n = 0; n < 29; n += 1) await reviewed('5', START_MS + DEMOTED_MS + 100 + n);
    expect(await panel()).toEqual(['near-1', 'far-1', 'near-1 2']);
  });

  it('make the daily rows: one an answer, one a day', async () => {
    const answers = await desk.db.selectFrom('ai_decisions').selectAll().execute();
    expect(answers).toHaveLength(made);
    const one = { ticker: 'BTC/USDT', decision: 'buy', confidence: 0.9, models_used: ['near-1'] };
    expect(answers.find(({ id }) => id === 'call-1')).toMatchObject(one);
    expect(Number(answers.find(({ id }) => id === 'call-1')?.actual_outcome)).toBe(-1);
    const days = await desk.db.selectFrom('ai_performance_metrics').selectAll().execute();
    const scoredDay = days.find(({ accuracy_rate: rate }) => rate === 0);
    expect(scoredDay).toMatchObject({ accuracy_rate: 0, win_rate: 0 });
    expect(Number(scoredDay?.total_pnl)).toBe(-40);
  });

  it('are told by model, prompt and regime, with who was demoted and came back', async () => {
    const { document, lines } = await tellReport(desk.db);
    const figures = { scored: 69, accuracy: 29 / 69, winRate: 29 / 69, costMicroUsd: 138_000, pnlNet: '105' };
    expect(document).toMatchObject({
      models: [{ name: 'near-1', ...figures }],
      prompts: [{ name: 'advisor@1', ...figures }],
      regimes: [{ name: 'near-1 in bull', ...figures }],
      breakers: [],
    });
    expect(lines.join('\n')).toContain('model near-1: Brier 0.810 above 0.3 over 30 answers; back since');
  });

  it('leave out what argued against it because it was told to, but for its cost', async () => {
    expect(await reviewed('5', START_MS, 'contrarian')).toMatchObject({ scored: [], modelCostMicroUsd: 2_000 });
  });
});

describe('a breaker', () => {
  it('that one process has opened is open for the next one, and for one that starts anew', async () => {
    const address = { provider: 'near', baseUrl: 'http://near.test/v1' };
    const another = openDatabase(desk.url, { poolSize: 1 });
    for (let n = 0; n < FAILURES_TO_OPEN; n += 1) {
      await noteFailure(n % 2 === 0 ? desk.db : another, address, { code: 'PROVIDER_DOWN', nowMs: START_MS });
    }
    expect(await breakerAt(another, address, START_MS + 1)).toBe('open');
    await closeDatabase(another);
    const restarted = openDatabase(desk.url, { poolSize: 1 });
    expect(await breakerAt(restarted, address, START_MS + 29_999)).toBe('open');
    expect(await Promise.all([restarted, desk.db].map((db) => breakerAt(db, address, START_MS + 30_000)))).toContain(
      'open',
    );
    await closeDatabase(restarted);
  });
});

describe('prompts and experiments', () => {
  it('are listed with what was changed under its version, and tried against each other by session', async () => {
    const [advisor] = PROMPTS.filter(({ id }) => id === 'advisor');
    if (advisor === undefined) throw new Error('there is no prompt advisor');
    const edited = { ...advisor, instructions: 'Say yes.' };
    const listed = await listPrompts(desk.db, [...PROMPTS.filter(({ id }) => id !== 'advisor'), edited]);
    expect(listed.exitCode).toBe(1);
    expect(listed.lines.filter((line) => line.includes('PROMPT_CHANGED'))).toEqual([
      expect.stringMatching(/^advisor@1:/),
    ]);

    const second = { ...edited, version: 2 };
    const arms = readArms('1,2') ?? [];
    const wanted = { promptId: 'advisor', arms };
    await expect(beginExperiment(desk.db, PROMPTS, wanted)).rejects.toThrow('PROMPT_UNKNOWN');
    await expect(beginExperiment(desk.db, [edited], wanted)).rejects.toThrow('PROMPT_CHANGED');
    await beginExperiment(desk.db, [...PROMPTS, second], wanted);
    expect((await createModelStore(desk.db).standing('advisor')).experiment).toMatchObject({ arms });
    const running = await listPrompts(desk.db, [...PROMPTS, second]);
    expect(running.lines.filter((line) => line.endsWith('in an experiment'))).toHaveLength(2);

    const { document } = await stopExperiment(desk.db, 'advisor');
    const figures = [
      { version: 1, calls: 0 },
      { version: 2, calls: 0 },
    ];
    expect(document).toMatchObject({ experiments: [{ active: false, figures }] });
    expect((await stopExperiment(desk.db, 'advisor')).exitCode).toBe(1);
    expect((await reportExperiments(desk.db, 'nobody')).lines).toEqual(['no experiment yet']);
  });

  it('read arms as versions with shares, and nothing else', () => {
    expect(readArms('1:0.8, 2:0.2')).toEqual([
      { version: 1, share: 0.8 },
      { version: 2, share: 0.2 },
    ]);
    for (const wrong of ['1', '1,1', '1:0,2', '0,1', '1;2', 'a,b', '']) expect(readArms(wrong)).toBeUndefined();
  });
});
