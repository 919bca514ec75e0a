/**
 * Sessions that ask models over the network, with the worker of queue `llm` as a process of its own: what an answer moves,
 * what none does, what it costs, and that nothing is asked twice.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSeries } from '../../activities/session/prepare.ts';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { lastDecisions } from '../../db/decisions.ts';
import { readAdvice } from '../../db/llm/advice-slots.ts';
import type { JsonObject } from '../../db/tables.ts';
import { readWalkRecords } from '../../db/walk-records.ts';
import { replayWalk } from '../../domain/backtest/replay-walk.ts';
import { prepareMarkets, timelineOf } from '../../domain/backtest/walk-context.ts';
import { contextAgain } from '../../domain/backtest/walk-record.ts';
import type { Decision } from '../../schemas/decision.ts';
import { assessmentKey } from '../../schemas/llm/proposal-assessment.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import { statusQuery, stopSignal } from '../../workflows/messages/strategy-session.ts';
import { type ChatPeer, type ChatRequest, isAssessment, chatModel as model, startChatPeer } from './chat-peer.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf, until } from './desk-under-test.ts';
import { allTaskFailures } from './histories.ts';
import { killMachines, type Machine, startLlmMachine } from './machines.ts';
import { aBacktest, aPaperSession } from './session-inputs.ts';

const BARS = 80;
const PAPER_BARS = 30;
const TOKENS = { in: 300, cached: 0, out: 40 };

let desk: DeskUnderTest;
let peer: ChatPeer;
let machine: Machine;
let folder: string;
let settings: Record<string, string>;

/** A thousand times as dear: its first reservation has no room anywhere. */
const DEAR = {
  ...{ inMicroUsdPerMTok: 1_000_000_000, outMicroUsdPerMTok: 1_000_000_000 },
  ...{ cacheReadMicroUsdPerMTok: 1_000_000_000, cacheWriteMicroUsdPerMTok: null, asOf: '2026-11-01' },
};

beforeAll(async () => {
  peer = await startChatPeer();
  folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-models-'));
  const file = path.join(folder, 'models.yaml');
  const chat = { apiFamily: 'openaiChat', keyEnv: null };
  const providers = [
    { name: 'peer', baseUrls: [peer.url], ...chat },
    // Nobody listens on the port of discarded bytes.
    { name: 'gone', baseUrls: ['http://127.0.0.1:9/v1'], ...chat },
  ];
  const old = { knowledgeCutoff: '2019-12-31' };
  const models = [
    ...[model('one', old), model('two', old), model('three', old), model('knowing')],
    ...[model('dear', { prices: DEAR }), model('deaf', { provider: 'gone' })],
  ];
  writeFileSync(file, JSON.stringify({ providers, models }));
  settings = { QUARTERDECK_ALLOW_LOOPBACK: '1', QUARTERDECK_MODELS: file };
  desk = await openDeskUnderTest();
}, 120_000);
afterAll(async () => {
  killMachines();
  await desk?.close();
  await peer?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  peer.bodies.length = 0;
});

const factsOf = ({ messages }: ChatRequest): string => String(messages.at(-1)?.content);
const shared = { version: 1, symbol: 'BTC/USDT' };
const advice = (action: string, confidence: number, rationale = `Because of ${action}.`) => ({
  text: JSON.stringify({ ...shared, action, confidence, rationale, riskLevel: 'low', warnings: ['thin'] }),
  usage: TOKENS,
});
const recommendation = (type: string, confidence: number) => ({
  text: JSON.stringify({
    ...{ ...shared, intent: 'proposeTrade', timeframe: 'swing', rationale: 'It has fuel.', keyRisks: [] },
    action: {
      ...{ type, confidence, entryPrice: null, stopLossPrice: null, takeProfitPrice: null, sizeFraction: null },
      ...{ riskRewardRatio: null, constraints: null },
    },
  }),
  usage: TOKENS,
});
const assessment = (riskLevel: string) => ({
  text: JSON.stringify({
    ...{ ...shared, riskLevel, recommendation: 'avoid', confidence: 0.8, concerns: ['thin'] },
    ...{ maxPositionFraction: 0, rationale: 'It may fall.' },
  }),
  usage: TOKENS,
});
/** Sessions of another seed see other bars: the same facts within five minutes of market time are answered once. */
const asking = (modelSettings: object, change: object = {}) =>
  aBacktest(BARS, { model: modelSettings, ordersAsChildren: false, ...change });
const ONE = { provider: 'peer', model: 'one' };

async function reported(name: string, input: object): Promise<{ sessionId: string; report: SessionReport }> {
  const sessionId = freshId(name);
  return { sessionId, report: await (await desk.startSession(sessionId, input)).result() };
}

const advisedOf = (decisions: readonly Decision[]) =>
  decisions.filter(({ contributions }) => contributions.some((one) => one.component === 'llm' && one.confidence > 0));
const sameWords = ({ asOfMs, action, sizeFraction, stopPrice, targetFraction, verdict, noDecision }: Decision) => ({
  ...{ asOfMs, action, sizeFraction, stopPrice, targetFraction, noDecision, approved: verdict?.approved },
});
const decisionsOf = (sessionId: string) => lastDecisions(desk.db, sessionId, BARS);
const callsOf = (sessionId: string) =>
  desk.db.selectFrom('model_calls').selectAll().where('session_id', '=', sessionId).execute();

/** What came of asking about each proposal, in the order of the decisions. */
async function assessedOf(decisions: readonly Decision[]): Promise<JsonObject[]> {
  const keys = decisions.flatMap((one) => (one.stopPrice === null ? [] : [assessmentKey(one.decisionId)]));
  const rows = await desk.db.selectFrom('model_asks').selectAll().where('ask_key', 'in', keys).execute();
  const outcomes = new Map(rows.map((row) => [row.ask_key, row.outcome]));
  return keys.map((key) => outcomes.get(key) ?? { kind: 'missing' });
}

describe('without a worker of models', () => {
  it('a session goes on to its end without advice, and says so', async () => {
    const sessionId = freshId('alone');
    const run = await desk.startSession(sessionId, asking(ONE));
    const report = await run.result();
    expect(report).toMatchObject({ bars: BARS, trades: 0, modelCostMicroUsd: 0, contaminated: false });
    expect(report.noDecisionsByReason.LLM_NO_WORKER).toBeGreaterThan(2);
    expect((await run.query(statusQuery)).warnings.join()).toContain('LLM_NO_WORKER');
  });
});

describe('with models to ask', () => {
  beforeAll(async () => {
    machine = await startLlmMachine(desk, settings);
  }, 60_000);

  it('refuses a provider, a model or a key that the desk does not have', async () => {
    const problems = async (modelSettings: object) =>
      (await problemsOf(await desk.startSession(freshId('no'), asking(modelSettings)))).map(
        ({ code, path: at, hint }) => `${code} ${at} ${hint}`,
      );
    expect(await problems({ provider: 'peer', model: 'onne' })).toEqual(['MODEL_UNKNOWN model.model did you mean one']);
    expect((await problems({ provider: 'pear' }))[0]).toContain('MODEL_UNKNOWN model.provider did you mean peer');
    expect((await problems({ provider: 'anthropic' }))[0]).toContain('PROVIDER_NOT_CONFIGURED');
    expect((await problems({ model: 'one', debate: true })).join()).toMatch(/model\.model.*model\.debate/);
  });

  it('advice moves the decision, is asked once a bar, costs what its calls cost, and is the same again', async () => {
    peer.answer = () => advice('buy', 0.9);
    const bought = await reported('buys', asking(ONE, { ordersAsChildren: true }));
    const asked = peer.bodies.length;
    expect(peer.bodies.every((body) => body.includes('portfolioPnlUsd'))).toBe(true);
    peer.answer = () => advice('sell', 1);
    const doubted = await reported('sells', asking(ONE, { seed: 2 }));
    const [with_, against] = await Promise.all([decisionsOf(bought.sessionId), decisionsOf(doubted.sessionId)]);
    const sizesOf = (all: readonly Decision[]) =>
      advisedOf(all).flatMap((one) => (one.action === 'buy' ? one.agreement : []));
    expect(new Set(sizesOf(with_))).toEqual(new Set([1]));
    expect(Math.max(...sizesOf(against), 0)).toBeLessThan(1);
    expect(advisedOf(with_)[0]?.contributions.at(-1)?.reasons).toEqual(['Because of buy.', 'thin']);

    const { sessionId, report } = bought;
    const slots = await readAdvice(desk.db, { sessionId, run: 1 });
    expect(slots).toHaveLength(asked);
    expect(advisedOf(with_)).toHaveLength(asked);
    expect(asked).toBeGreaterThan(2);
    const cost = asked * (TOKENS.in + TOKENS.out);
    expect(report).toMatchObject({ modelCostMicroUsd: cost, contaminated: false });
    expect(report.returnOnModelCost).not.toBeNull();
    const sessions = desk.db.selectFrom('sessions').select('model_cost_micro_usd').where('session_id', '=', sessionId);
    expect(await sessions.executeTakeFirst()).toEqual({ model_cost_micro_usd: cost });
    const charged = desk.db.selectFrom('decisions').select('decision_id').where('session_id', '=', sessionId);
    const paid = await charged.where('model_cost_micro_usd', '=', TOKENS.in + TOKENS.out).execute();
    expect(paid.map((one) => one.decision_id).sort()).toEqual(
      advisedOf(with_)
        .map((one) => one.decisionId)
        .sort(),
    );

    const input = parseSessionInput(asking(ONE), `strategy-session:${sessionId}`, Date.now());
    const series = await loadSeries(deskMarketData(barReaders(desk.db)), input);
    const again = (await readWalkRecords(desk.db, { sessionId })).flatMap((record) => {
      const { strategy } = record.settings.frame;
      const markets = prepareMarkets(series, { strategy, costs: input.costs });
      return replayWalk(record.start, contextAgain(record, { markets, timeline: timelineOf(series) }));
    });
    expect(again).toEqual(with_);
  }, 120_000);

  it('says when a model may remember what the session walks through', async () => {
    peer.answer = () => advice('buy', 0.9);
    const { sessionId, report } = await reported('knows', asking({ provider: 'peer', model: 'knowing' }));
    expect(report.contaminated).toBe(true);
    expect((await callsOf(sessionId)).every((call) => call.contaminated)).toBe(true);
    peer.answer = () => ({ text: 'I cannot help with that.', usage: TOKENS });
    const silent = await reported('knows-and-is-silent', asking({ provider: 'peer', model: 'knowing' }, { seed: 7 }));
    expect(silent.report).toMatchObject({ trades: 0, contaminated: true });
  });

  it('hears a model by name that was demoted, and gives it no say', async () => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const demotion = {
      kind: 'model' as const,
      subject: 'three',
      demoted_at: at(0),
      until: at(86_400_000),
      reason: 'wrong',
    };
    await desk.db.insertInto('model_demotions').values(demotion).execute();
    peer.answer = () => advice('buy', 0.9);
    const { sessionId, report } = await reported('demoted', asking({ provider: 'peer', model: 'three' }, { seed: 8 }));
    await desk.db.deleteFrom('model_demotions').where('subject', '=', 'three').execute();
    const slots = await readAdvice(desk.db, { sessionId, run: 1 });
    expect(slots.length).toBeGreaterThan(0);
    for (const { outcome } of slots) {
      expect(outcome).toMatchObject({ kind: 'noDecision', reason: 'MODEL_DEMOTED', voices: [{ action: 'buy' }] });
      expect(outcome.callIds).toHaveLength(1);
    }
    expect(report).toMatchObject({ trades: 0, modelCostMicroUsd: slots.length * (TOKENS.in + TOKENS.out) });
  });

  it('hears three seats, one round of debate and the case against, and takes what is left of the size', async () => {
    peer.answer = (request) => {
      const isDebate = factsOf(request).includes('opinion of another');
      if (factsOf(request).includes('"proposal"')) return advice('hold', 0.5, 'Nobody is left to buy.');
      return advice(request.model === 'three' && !isDebate ? 'sell' : 'buy', 0.9);
    };
    const panel = { provider: 'peer', tier: 'local', consensus: 3, debate: true, contrarian: true };
    const { sessionId, report } = await reported('panel', asking(panel));
    const slots = await readAdvice(desk.db, { sessionId, run: 1 });
    expect(slots.length).toBeGreaterThan(2);
    for (const { outcome } of slots) {
      expect(outcome).toMatchObject({ kind: 'advice', action: 'buy', sizeFactor: 0.75 });
      expect(outcome.voices.map(({ action }) => action)).toEqual(['buy', 'buy', 'buy', 'hold']);
    }
    const calls = await callsOf(sessionId);
    expect(calls).toHaveLength(slots.length * 7);
    expect(new Set(calls.map((call) => call.call_key)).size).toBe(calls.length);
    expect(report.modelCostMicroUsd).toBe(calls.length * (TOKENS.in + TOKENS.out));
    const entries = (await decisionsOf(sessionId)).filter(({ action }) => action === 'buy');
    expect(new Set(entries.map(({ agreement }) => agreement))).toEqual(new Set([0.75]));
  }, 120_000);

  it('lets a model propose in aiDiscretionary, asks what could go wrong with each, and heeds no answer to that', async () => {
    const input = asking(ONE, { strategy: { type: 'aiDiscretionary', maxHoldBars: 3 } });
    peer.answer = (request) => (isAssessment(request) ? { text: 'No.' } : recommendation('enter_long', 0.9));
    const without = await reported('unassessed', input);
    peer.answer = (request) => (isAssessment(request) ? assessment('high') : recommendation('enter_long', 0.9));
    const { sessionId, report } = await reported('assessed', input);
    const [before, decisions] = await Promise.all([decisionsOf(without.sessionId), decisionsOf(sessionId)]);
    expect(report.orders).toBeGreaterThan(0);
    expect(report.orders).toBe(without.report.orders);
    expect(decisions.map(sameWords)).toEqual(before.map(sameWords));

    const refused = { kind: 'noDecision', reason: 'LLM_NOT_JSON', callIds: [expect.any(String), expect.any(String)] };
    const reasons = await assessedOf(before);
    expect(reasons.length).toBeGreaterThan(3);
    expect(reasons).toEqual(reasons.map(() => expect.objectContaining(refused)));
    const answer = { kind: 'answer', provider: 'peer', model: 'one', callIds: [expect.any(String)] };
    const said = { ...answer, value: expect.objectContaining({ riskLevel: 'high', recommendation: 'avoid' }) };
    expect(await assessedOf(decisions)).toEqual(reasons.map(() => expect.objectContaining(said)));

    const calls = (await callsOf(sessionId)).filter((call) => call.provider === 'peer');
    const assessed = calls.filter((call) => call.contract === 'riskAssessment');
    expect(new Set(assessed.map((call) => `${call.task} ${call.prompt_id}`))).toEqual(
      new Set(['riskAssessment risk-assessment']),
    );
    const proposals = decisions.flatMap((one) => (one.stopPrice === null ? [] : [one.decisionId]));
    expect(assessed.map((call) => call.decision_id).sort()).toEqual([...proposals].sort());
    expect(report.modelCostMicroUsd).toBe(calls.reduce((sum, call) => sum + call.cost_micro_usd, 0));
    const charged = desk.db
      .selectFrom('decisions')
      .select('model_cost_micro_usd')
      .where('decision_id', 'in', proposals);
    expect((await charged.execute()).every((row) => row.model_cost_micro_usd >= TOKENS.in + TOKENS.out)).toBe(true);
  }, 120_000);

  it.each([
    ['while it walks', 3, 'signal'],
    ['when it has walked to its end', null, 'endOfData'],
  ])(
    'waits for no assessment when it is told to stop %s, and says so beside the decision',
    async (_, hold, by) => {
      peer.answer = (request) =>
        isAssessment(request) ? new Promise(() => undefined) : recommendation('enter_long', 0.9);
      const sessionId = freshId('hurried');
      const strategy = { type: 'aiDiscretionary', maxHoldBars: hold };
      const run = await desk.startSession(sessionId, asking(ONE, { strategy, seed: 9 }));
      const isAsked = (): boolean => peer.bodies.some((body) => isAssessment(JSON.parse(body)));
      await until('a question about a proposal', async () => (isAsked() ? true : null), 60_000);
      await run.signal(stopSignal, { reason: 'enough' });
      expect(await run.result()).toMatchObject({ stoppedBy: by });
      expect(await assessedOf(await decisionsOf(sessionId))).toMatchObject([{ reason: 'SESSION_STOPPED' }]);
    },
    90_000,
  );

  it('is asked in real time too: each bar is decided once, and its entry when the answer has come', async () => {
    // What is carried of a reason ends inside this rocket.
    peer.answer = () => advice('buy', 0.9, `${'r'.repeat(239)}🚀 and more`);
    const { sessionId, report } = await reported('paper', aPaperSession(PAPER_BARS, 36_000, { model: ONE, seed: 7 }));
    const decisions = await decisionsOf(sessionId);
    expect(report).toMatchObject({ bars: PAPER_BARS, decisions: PAPER_BARS, stoppedBy: 'endOfData' });
    expect(new Set(decisions.map(({ asOfMs }) => asOfMs)).size).toBe(PAPER_BARS);
    expect(advisedOf(decisions)[0]?.contributions.at(-1)?.reasons).toEqual(['r'.repeat(239), 'thin']);
    expect(report.modelCostMicroUsd).toBe(peer.bodies.length * (TOKENS.in + TOKENS.out));
  }, 120_000);

  it('opens nothing where the peer is down or the budget has no room, and ends as ever', async () => {
    const down = await reported('down', asking({ provider: 'gone' }));
    expect(down.report).toMatchObject({ bars: BARS, orders: 0, modelCostMicroUsd: 0 });
    expect(down.report.noDecisionsByReason.PROVIDER_DOWN).toBeGreaterThan(2);
    const poor = await reported('poor', asking({ provider: 'peer', model: 'dear' }));
    expect(poor.report).toMatchObject({ bars: BARS, orders: 0, modelCostMicroUsd: 0 });
    expect(poor.report.noDecisionsByReason.BUDGET_EXHAUSTED).toBeGreaterThan(2);
    expect(peer.bodies).toEqual([]);
  }, 180_000);

  it('does not wait for a model when it is told to stop', async () => {
    peer.answer = () => new Promise(() => undefined);
    const sessionId = freshId('stopped');
    const run = await desk.startSession(sessionId, asking(ONE, { seed: 6 }));
    await until('a question', async () => (peer.bodies.length > 0 ? true : null), 60_000);
    await run.signal(stopSignal, { reason: 'enough' });
    const report = await run.result();
    expect(report).toMatchObject({ stoppedBy: 'signal', noDecisionsByReason: { SESSION_STOPPED: 1 } });
  }, 90_000);

  it('asks nothing again that was answered when the worker of models is killed in the middle', async () => {
    const asked = new Map<string, number>();
    let isDeaf = true;
    peer.answer = async (request) => {
      const facts = factsOf(request);
      // Nobody hears this answer: its worker is killed first.
      if (asked.size === 2 && isDeaf && !asked.has(facts)) await new Promise(() => undefined);
      asked.set(facts, (asked.get(facts) ?? 0) + 1);
      return advice('buy', 0.9);
    };
    const sessionId = freshId('killed');
    const run = await desk.startSession(sessionId, asking(ONE, { seed: 5 }));
    await until('the third question', async () => (peer.bodies.length === 3 ? true : null), 60_000);
    await machine.kill();
    isDeaf = false;
    machine = await startLlmMachine(desk, settings);
    const report = await run.result();
    const slots = await readAdvice(desk.db, { sessionId, run: 1 });
    expect(new Set(asked.values())).toEqual(new Set([1]));
    expect(asked.size).toBe(slots.length);
    expect(slots.every(({ outcome }) => outcome.kind === 'advice')).toBe(true);
    const calls = await callsOf(sessionId);
    expect(calls.filter((call) => call.outcome === 'lost')).toHaveLength(1);
    const cost = calls.reduce((sum, call) => sum + call.cost_micro_usd, 0);
    expect(report.modelCostMicroUsd).toBe(cost);
    expect(await run.query(statusQuery)).toMatchObject({ modelCostMicroUsd: cost });
  }, 180_000);
});

it('fails no workflow task', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});
