import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MarketAnalysisResult } from '../../schemas/market-analysis.ts';
import type { OpportunityEvaluationResult } from '../../schemas/opportunity-evaluation.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../scripts/lib/models-in-process.ts';
import { type ChatPeer, type ChatRequest, startChatPeer } from './chat-peer.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest } from './desk-under-test.ts';
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
  expect(peer.bodies.join('')).not.toContain('TALK');
});
