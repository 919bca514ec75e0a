import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendEvents, lastSequence } from '../../db/events.ts';
import type { MarketAnalysisResult } from '../../schemas/market-analysis.ts';
import type { OfficerCommentaryResult } from '../../schemas/officers/commentary.ts';
import type { OpportunityEvaluationResult } from '../../schemas/opportunity-evaluation.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../scripts/lib/models-in-process.ts';
import { startCommentaries } from '../../workers/officer-commentary.ts';
import { researchQueueOf } from '../../workflows/messages/llm.ts';
import { officerCommentaryId } from '../../workflows/messages/officer-commentary.ts';
import { type ChatPeer, type ChatRequest, startChatPeer } from './chat-peer.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

const SYMBOL = 'TALK/USDT';
const BARS = 600;
const AS_OF_MS = Date.parse('2020-01-01T00:00:00Z') + BARS * HOUR_MS;
const asOf = new Date(AS_OF_MS).toISOString();
const MODELS = ['one', 'two', 'three'];

let desk: DeskUnderTest;
let models: ModelsInProcess;
let peer: ChatPeer;
let folder: string;

const record = (id: string): object => ({
  ...{ id, provider: 'peer', tier: 'local', apiFamily: 'openaiChat', contextTokens: 32_768 },
  ...{ outputTokensMax: 8_192, acceptsTemperature: true, acceptsForcedTools: false, knowledgeCutoff: '2020-01-10' },
  prices: {
    ...{ inMicroUsdPerMTok: 1_000_000, outMicroUsdPerMTok: 1_000_000, cacheReadMicroUsdPerMTok: 1_000_000 },
    ...{ cacheWriteMicroUsdPerMTok: null, asOf: '2026-11-01' },
  },
  ...{ minDelayMs: 0, requestsPerMinute: 6_000, totalTimeoutMs: 30_000, idleTimeoutMs: 30_000 },
});

beforeAll(async () => {
  peer = await startChatPeer();
  folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-models-'));
  const file = path.join(folder, 'models.yaml');
  const providers = [{ name: 'peer', apiFamily: 'openaiChat', baseUrls: [peer.url], keyEnv: null }];
  writeFileSync(file, JSON.stringify({ providers, models: MODELS.map(record) }));
  desk = await openDeskUnderTest();
  models = await openModelsInProcess(desk, {
    LLM_BACKEND: 'peer',
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    QUARTERDECK_MODELS: file,
  });
  await storeBars(
    desk.db,
    SYMBOL,
    walkBars('talk', BARS + 50, 0.004, () => 0.001),
  );
}, 120_000);
afterAll(async () => {
  await models?.close();
  await desk?.close();
  await peer?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  peer.bodies.length = 0;
});

const ANALYSIS = {
  ...{ version: 1, symbol: SYMBOL, summary: 'It rises.', regime: 'bull', levels: [], risks: ['It may fall.'] },
  sentiment: { label: 'neutral', score: 0 },
  recommendations: [{ action: 'buy', confidence: 0.7, rationale: 'The trend is up.' }],
};
const advice = (action: string, confidence: number): string =>
  JSON.stringify({
    ...{
      version: 1,
      symbol: SYMBOL,
      action,
      confidence,
      rationale: `Because of ${action}.`,
      riskLevel: 'low',
      warnings: [],
    },
  });
const featuresAt = (bar: number) => ({
  id: `call-${bar}`,
  name: 'get_market_features',
  arguments: JSON.stringify({ symbol: SYMBOL, at: new Date(AS_OF_MS - bar * HOUR_MS).toISOString() }),
});

async function analysed(input: object): Promise<MarketAnalysisResult['analyses'][number]> {
  const id = `market-analysis:${freshId('t')}`;
  const run = await models.start('marketAnalysis', id, { symbols: [SYMBOL], depth: 'comprehensive', asOf, ...input });
  const { analyses } = (await run.result()) as MarketAnalysisResult;
  if (analyses[0] === undefined) throw new Error('no analysis');
  return analyses[0];
}

const refusalsOf = async (callIds: readonly string[]): Promise<(string | null)[]> => {
  const query = desk.db
    .selectFrom('tool_calls')
    .select('refused')
    .where('call_id', 'in', [...callIds]);
  return (await query.orderBy('position').execute()).map((row) => row.refused);
};
const toolTurns = ({ messages }: ChatRequest): number => messages.filter(({ role }) => role === 'tool').length;
const isAbout = ({ messages }: ChatRequest, words: string): boolean => JSON.stringify(messages).includes(words);

it('asks a tool, is answered, and answers: each turn a request, the conversation only grows', async () => {
  peer.answer = (request) =>
    toolTurns(request) === 0 ? { calls: [featuresAt(3)], stop: 'tools' } : { text: JSON.stringify(ANALYSIS) };
  const one = await analysed({});
  expect(one).toMatchObject({ noDecision: null, summary: 'It rises.', asked: { contaminated: false } });
  expect(peer.bodies).toHaveLength(2);
  const [first, second] = peer.bodies.map((text) => (JSON.parse(text) as ChatRequest).messages);
  expect(second?.slice(0, first?.length)).toEqual(first);
  expect(second?.find(({ role }) => role === 'tool')?.content).toContain('"close":');
  expect(await refusalsOf(one.callIds)).toEqual([null]);
  expect(one.costMicroUsd).toBeGreaterThan(0);
});

it('answers ten calls, refuses the eleventh, and ends when the model goes on', async () => {
  peer.answer = (request) => ({ calls: [featuresAt(toolTurns(request) + 1)], stop: 'tools' });
  const one = await analysed({});
  expect(one.noDecision).toBe('TOOL_CALL_LIMIT');
  const refusals = await refusalsOf(one.callIds);
  expect(refusals).toEqual([...Array(10).fill(null), 'TOOL_CALL_LIMIT']);
  expect(peer.bodies).toHaveLength(12);
});

it('stops a model that asks the same again', async () => {
  peer.answer = () => ({ calls: [featuresAt(5)], stop: 'tools' });
  const one = await analysed({});
  expect(one.noDecision).toBe('TOOL_NO_PROGRESS');
  expect(await refusalsOf(one.callIds)).toEqual([null, 'TOOL_NO_PROGRESS']);
  expect(one.costMicroUsd).toBeGreaterThan(0);
});

it('refuses calls whose words hold half a character, and hears the answer', async () => {
  const calls = [
    { id: 'half', name: 'get_market_features', arguments: `{"symbol":"${SYMBOL}","at":"\\ud83d"}` },
    { id: 'odd', name: 'no_such_\ud83d', arguments: '{"\\u0000":1}' },
  ];
  peer.answer = (request) => (toolTurns(request) === 0 ? { calls, stop: 'tools' } : { text: JSON.stringify(ANALYSIS) });
  const one = await analysed({});
  expect(one).toMatchObject({ noDecision: null, summary: 'It rises.' });
  expect(await refusalsOf(one.callIds)).toEqual(['TOOL_ARGS', 'TOOL_UNKNOWN']);
});

it('asks three models at once, shows a split panel the reasons once, and hears the case against', async () => {
  const held: (() => void)[] = [];
  let together = 0;
  peer.answer = async (request) => {
    if (isAbout(request, 'You argue against')) return { text: advice('hold', 0.2) };
    if (!isAbout(request, 'The desk\u0027s rules have a signal')) return { text: JSON.stringify(ANALYSIS) };
    const isDebate = isAbout(request, 'opinion of another');
    await new Promise<void>((resolve) => {
      held.push(resolve);
      if (held.length < 3) return;
      together += 1;
      for (const release of held.splice(0)) release();
    });
    return { text: request.model === 'three' && !isDebate ? advice('sell', 0.9) : advice('buy', 0.8) };
  };
  const one = await analysed({ depth: 'deep' });
  expect(together).toBe(2);
  expect(one.consensus).toMatchObject({ action: 'buy', debated: true, agreement: 1 });
  expect(one.consensus?.opinions.map(({ model }) => model).sort()).toEqual([...MODELS].sort());
  expect(one.contrarian).toMatchObject({ action: 'hold', confidence: 0.2 });
  expect(one.consensus?.confidence).toBeLessThan(0.8);
});

it('asks the reasoning tier about what is large, and its word counts', async () => {
  const word = (action: string, sizeFraction: number): string =>
    JSON.stringify({
      ...{ version: 1, symbol: SYMBOL, opportunityType: 'breakout', action, confidence: 0.8, sizeFraction },
      ...{ entryPrice: null, stopLossPrice: null, takeProfitPrice: null, keyRisks: [], rationale: 'It rises.' },
    });
  const evaluated = async (sizeFraction: number): Promise<OpportunityEvaluationResult> => {
    peer.answer = (_, count) => ({ text: count === 1 ? word('buy', sizeFraction) : word('pass', 0) });
    peer.bodies.length = 0;
    const input = { symbol: SYMBOL, opportunityType: 'breakout', context: { seen: sizeFraction }, asOf };
    const run = await models.start('opportunityEvaluation', `opportunity:${freshId('e')}`, input);
    return (await run.result()) as OpportunityEvaluationResult;
  };
  expect(await evaluated(0.05)).toMatchObject({ escalated: false, evaluation: { action: 'buy' } });
  const large = await evaluated(0.06);
  expect(large).toMatchObject({ escalated: true, evaluation: { action: 'pass' } });
  const tasks = await desk.db.selectFrom('model_calls').select('task').where('call_id', 'in', large.callIds).execute();
  expect(tasks.map(({ task }) => task).sort()).toEqual(['evaluation', 'highConviction']);
});

it('labels what the model may remember, and hides names where that is asked for', async () => {
  peer.answer = () => ({ text: JSON.stringify({ ...ANALYSIS, symbol: 'ASSET1' }) });
  const quick = { depth: 'quick', masked: true };
  const after = await analysed(quick);
  const before = await analysed({ ...quick, asOf: '2020-01-08T00:00:00Z' });
  expect([after.asked?.contaminated, before.asked?.contaminated]).toEqual([false, true]);
  expect([after.contaminated, before.contaminated]).toEqual([false, true]);
  peer.answer = () => ({ text: 'I would rather not say.' });
  const unsaid = await analysed({ ...quick, asOf: '2020-01-09T00:00:00Z' });
  expect(unsaid).toMatchObject({ noDecision: 'LLM_REFUSED', asked: null, contaminated: true });
  expect(peer.bodies.join('')).not.toContain('TALK');
});

describe('words about decisions of the officers', () => {
  const SWITCH = { oldMode: 'growth', newMode: 'defensive', reason: 'daily drawdown 4.12 % from 4.00 %' };
  const eventOf = (type: string, payload: object, correlationId: string) =>
    appendEvents(desk.db, [{ type, payload: { ...payload }, correlationId, atMs: Date.now() }]);
  const told = () => desk.db.selectFrom('events').selectAll().where('type', '=', 'officer_commentary').execute();
  const resultOf = (sequence: number) => desk.client.workflow.getHandle(officerCommentaryId(sequence)).result();
  const parts = () => ({ db: desk.db, client: desk.client, taskQueue: researchQueueOf(desk.targets.taskQueue) });
  const say = (text: string) => ({ text: JSON.stringify({ version: 1, text }) });

  it('are an event of their own under the same correlation id, once, however often anybody looks', async () => {
    peer.answer = () => say('Defensive now, after a fall of 4.12 % in a day.');
    const sequence = Number(await eventOf('ceo_mode_switch', SWITCH, 'of-the-switch'));
    const after = await startCommentaries(parts(), sequence - 1);
    expect(after).toBe(sequence);
    expect(await resultOf(sequence)).toMatchObject({ sequence, told: true, noDecision: null });
    await startCommentaries(parts(), null);
    const [event, ...more] = await told();
    expect(more).toEqual([]);
    const { callIds } = (await resultOf(sequence)) as OfficerCommentaryResult;
    expect(event).toMatchObject({
      correlation_id: 'of-the-switch',
      payload: { sequence, text: 'Defensive now, after a fall of 4.12 % in a day.', callId: callIds[0] },
    });
    const [call] = await desk.db
      .selectFrom('model_calls')
      .selectAll()
      .where('call_id', '=', callIds[0] ?? '')
      .execute();
    expect(call).toMatchObject({ contract: 'commentary', task: 'commentary', prompt_id: 'officer-commentary' });
    expect(peer.bodies).toHaveLength(1);
  });

  it('are none when the model makes numbers up, and nothing else changes', async () => {
    peer.answer = () => say('The desk lost 40 % and will fall further.');
    const alert = { level: 'warning', alerts: ['risk score 71.0 from 70'], accountId: 'paper' };
    const sequence = Number(await eventOf('risk_alert', alert, 'of-the-alert'));
    const before = await lastSequence(desk.db);
    await startCommentaries(parts(), sequence - 1);
    expect(await resultOf(sequence)).toMatchObject({ sequence, told: false, noDecision: 'LLM_MISQUOTED' });
    expect(await lastSequence(desk.db)).toBe(before);
    await startCommentaries(parts(), null);
    expect(peer.bodies.length).toBeLessThanOrEqual(2);
  });

  it('are not asked for of events that are older than ten minutes, of others, or of none', async () => {
    const sequence = Number(await eventOf('order_refused', {}, 'of-an-order'));
    const old = { type: 'risk_alert', payload: {}, correlationId: null, atMs: Date.now() - 700_000 };
    const stale = Number(await appendEvents(desk.db, [old]));
    expect(await startCommentaries(parts(), sequence - 1)).toBe(stale);
    await expect(resultOf(stale)).rejects.toThrow();
    const other = await models.start('officerCommentary', officerCommentaryId(sequence), {}, 'research');
    expect(await other.result()).toMatchObject({ told: false, noDecision: 'EVENT_NOT_COMMENTED' });
    const nowhere = await models.start('officerCommentary', officerCommentaryId(9_999_999), {}, 'research');
    expect(await problemsOf(nowhere)).toMatchObject([{ code: 'EVENT_UNKNOWN', path: 'sequence' }]);
    expect(peer.bodies).toEqual([]);
  });
});
