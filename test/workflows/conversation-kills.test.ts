import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MarketAnalysisResult } from '../../schemas/market-analysis.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../scripts/lib/models-in-process.ts';
import { type ChatPeer, startChatPeer } from './chat-peer.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, until } from './desk-under-test.ts';
import { killMachines, startLlmMachine } from './machines.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

const SYMBOL = 'KILLED/USDT';
const BARS = 400;
const AS_OF_MS = Date.parse('2020-01-01T00:00:00Z') + BARS * HOUR_MS;
/** The last turn whose worker is killed; each asks for a tool but the last, which ends the conversation. */
const LAST = 1;

let desk: DeskUnderTest;
let models: ModelsInProcess;
let peer: ChatPeer;

beforeAll(async () => {
  peer = await startChatPeer();
  desk = await openDeskUnderTest();
  models = await openModelsInProcess(desk, 'elsewhere');
  await storeBars(desk.db, SYMBOL, walkBars('killed talk', BARS, 0.004));
}, 120_000);
afterAll(async () => {
  killMachines();
  await models?.close();
  await desk?.close();
  await peer?.close();
});

const ANALYSIS = {
  ...{ version: 1, symbol: SYMBOL, summary: 'It drifts.', regime: 'sideways', levels: [], risks: [] },
  sentiment: { label: 'neutral', score: 0 },
  recommendations: [],
};

it('asks for no turn again that was answered when the worker of models is killed in the middle of each', async () => {
  const settings = {
    OPENAI_BASE_URL: peer.url,
    LLM_BACKEND: 'openai-compatible',
    QUARTERDECK_ALLOW_LOOPBACK: '1',
  };
  const answered = new Map<number, number>();
  const asked: number[] = [];
  let isDeaf = true;
  peer.answer = async ({ messages }) => {
    const turn = messages.filter(({ role }) => role === 'tool').length;
    asked.push(turn);
    // Nobody hears this answer: its worker is killed first.
    if (isDeaf) await new Promise(() => undefined);
    isDeaf = true;
    answered.set(turn, (answered.get(turn) ?? 0) + 1);
    if (turn === LAST) return { text: JSON.stringify(ANALYSIS) };
    const at = new Date(AS_OF_MS - (turn + 1) * HOUR_MS).toISOString();
    const call = { id: `call-${turn}`, name: 'get_market_features', arguments: JSON.stringify({ symbol: SYMBOL, at }) };
    return { calls: [call], stop: 'tools' };
  };
  let machine = await startLlmMachine(desk, settings);
  const input = { symbols: [SYMBOL], depth: 'comprehensive', asOf: new Date(AS_OF_MS).toISOString() };
  const run = await models.start('marketAnalysis', `market-analysis:${freshId('killed')}`, input);
  for (let turn = 0; turn <= LAST; turn += 1) {
    await until('a request', async () => (asked.includes(turn) ? true : null), 60_000);
    await machine.kill();
    isDeaf = false;
    machine = await startLlmMachine(desk, settings);
  }
  const { analyses } = (await run.result()) as MarketAnalysisResult;
  await machine.kill();
  expect(analyses[0]).toMatchObject({ noDecision: null, summary: 'It drifts.' });
  expect([...answered]).toEqual(Array.from({ length: LAST + 1 }, (_, turn) => [turn, 1]));
  const tools = await desk.db.selectFrom('tool_calls').select('position').orderBy('position').execute();
  expect(tools.map(({ position }) => position)).toEqual([0]);
}, 200_000);
