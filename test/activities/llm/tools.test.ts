import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallToolParts, callTool } from '../../../activities/llm/tools/call-tool.ts';
import { loadGovernance } from '../../../config/policy-files.ts';
import { insertBars } from '../../../db/bars.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { writeKillSwitch } from '../../../db/kill-switch.ts';
import { lookUpKnowledge, saveDocuments } from '../../../db/knowledge.ts';
import { readKnownBars } from '../../../db/known-bars.ts';
import { readPayload } from '../../../db/llm/payloads.ts';
import { lookAtRisk } from '../../../db/llm/risk-look.ts';
import { createToolLog } from '../../../db/llm/tool-calls.ts';
import { lookAtNews, saveNews } from '../../../db/news.ts';
import { seedDesk } from '../../../db/seed-desk.ts';
import type { Database } from '../../../db/tables.ts';
import { scopeOf } from '../../../domain/llm/analysis-scope.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts';
import { HOUR_MS, walkBars } from '../../workflows/research-bars.ts';

const SYMBOL = 'TOOL/USDT';
const BARS = 600;
const rows = walkBars('tools', BARS, 0.006);
const FIRST_MS = rows[0]?.openTimeMs ?? 0;
/** The close of bar 399. */
const AS_OF_MS = FIRST_MS + 400 * HOUR_MS;
const CANARY = 987_654.25;
const PROFILE = { positionFractionMax: 0.1, positionsMax: 10, leverageMax: 3, confidenceMin: 0.6, newEntries: true };
const { settings } = loadGovernance('config');
const SETTINGS = { ...settings, profiles: { ...settings.profiles, stability: PROFILE } };

let database: TestDatabase;
let db: Database;
let parts: CallToolParts;
let position = 0;
let killFile: string | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl, { poolSize: 4 });
  await seedDesk(db, { mode: 'stability', settings: SETTINGS, nowMs: FIRST_MS });
  const texts = rows.map(({ openTimeMs, ...row }) => {
    const [open, high, low, close, volume] = [row.open, row.high, row.low, row.close, row.volume].map(String);
    return { openTimeMs, open, high, low, close, volume } as Record<
      'open' | 'high' | 'low' | 'close' | 'volume',
      string
    > & { openTimeMs: number };
  });
  await insertBars(db, SYMBOL, HOUR_MS, texts);
  const rules = { desk: deskLimitsSchema.parse({}), compliance: complianceSchema.parse({}) };
  parts = {
    bars: (request) => readKnownBars(db, request),
    risk: (request) =>
      lookAtRisk(db, { ...rules, quarantined: async () => new Map(), killFile: () => killFile }, request),
    news: (request) => lookAtNews(db, request),
    knowledge: (request) => lookUpKnowledge(db, request),
    rules: { ...rules, mode: 'stability', profile: PROFILE, limits: sessionLimitsSchema.parse({}) },
    log: createToolLog(db),
    nowMs: Date.now,
  };
});
afterAll(async () => {
  await closeDatabase(db);
  await database.close();
});

const scope = (changes: { asOfMs?: number; masked?: boolean; accountId?: string } = {}) =>
  scopeOf({ asOfMs: AS_OF_MS, symbols: [SYMBOL], barIntervalMs: HOUR_MS, accountId: null, masked: false, ...changes });

/** Asks, and answers what the model was told and what was written down. */
async function asked(name: string, args: unknown, bound = scope()) {
  const call = { id: `t${position}`, name, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
  const request = { modelCallId: 'model-1', position: position++, call, scope: bound, refuse: null };
  const answer = await callTool(parts, request);
  const text = await readPayload(db, answer.resultRef);
  const row = await db
    .selectFrom('tool_calls')
    .selectAll()
    .where('position', '=', request.position)
    .executeTakeFirstOrThrow();
  return { ...answer, told: JSON.parse(text) as Record<string, unknown>, text, row };
}

const BACKTEST = {
  symbol: SYMBOL,
  type: 'momentum',
  parameters: {
    ...{ lookback: 20, threshold: 0.02, entryZ: null, exitZ: null, stopZ: null, minEdgeBps: null },
    ...{ fast: null, slow: null, signal: null, period: null, low: null, high: null },
  },
  ...{ direction: 'longOnly', sizeFraction: 0.1, stopAtr: 2, targetAtr: null, maxHoldBars: null, from: null, to: null },
};

describe('a tool', () => {
  it('tells features of the last bar that had closed, and of an earlier instant when asked for it', async () => {
    const now = await asked('get_market_features', { symbol: SYMBOL, at: null });
    expect(now).toMatchObject({ refused: null, told: { symbol: SYMBOL, asOfMs: AS_OF_MS, close: rows[399]?.close } });
    const at = new Date(FIRST_MS + 300 * HOUR_MS).toISOString();
    expect((await asked('get_market_features', { symbol: SYMBOL, at })).told.close).toBe(rows[299]?.close);
  });

  it('runs a backtest over what was known only: bars behind asOf change nothing', async () => {
    const { told, refused } = await asked('backtest_strategy', BACKTEST);
    expect(refused).toBeNull();
    expect(told).toMatchObject({ bars: 400, to: new Date(AS_OF_MS).toISOString() });
    expect(told.trades).toBeGreaterThan(0);
  });

  it('says which rules refuse a size, and writes nothing', async () => {
    const trade = { symbol: SYMBOL, side: 'buy', sizeFraction: 0.5, leverage: 1, confidence: 0.9 };
    const { told } = await asked('check_risk_limits', trade);
    expect(told.approved).toBe(false);
    expect(JSON.stringify(told.reasons)).toContain('positionSize');
    const small = await asked('check_risk_limits', { ...trade, sizeFraction: 0.05 });
    expect(small.told).toMatchObject({ approved: true, reasons: [] });
    expect(await db.selectFrom('gate_refusals').selectAll().execute()).toEqual([]);
  });

  it.each(['the file', 'the row'])('refuses a trade while %s that stops the desk is there', async (which) => {
    const set = (active: boolean) =>
      writeKillSwitch(db, { active, reason: 'a drill', setBy: 'test', atMs: FIRST_MS + position });
    killFile = which === 'the file' ? 'a drill' : null;
    await set(which === 'the row');
    const trade = { symbol: SYMBOL, side: 'buy', sizeFraction: 0.05, leverage: 1, confidence: 0.9 };
    const { told } = await asked('check_risk_limits', trade);
    killFile = null;
    await set(false);
    expect(told.approved).toBe(false);
    expect(JSON.stringify(told.reasons)).toContain('killSwitch');
  });

  it('answers the same call the same again without asking anybody', async () => {
    const first = await asked('get_market_features', { symbol: SYMBOL, at: null });
    const request = { modelCallId: 'model-1', position: first.row.position, scope: scope(), refuse: null };
    const call = { id: 'other', name: 'nothing_such', arguments: '{}' };
    expect(await callTool(parts, { ...request, call })).toEqual({ refused: null, resultRef: first.resultRef });
  });
});

describe('a call that is wrong', () => {
  it.each([
    ['an unknown tool', 'place_order', {}, 'TOOL_UNKNOWN'],
    ['no JSON', 'get_market_features', '{"symbol":', 'TOOL_ARGS'],
    ['a key twice', 'get_market_features', `{"symbol":"${SYMBOL}","symbol":"${SYMBOL}","at":null}`, 'TOOL_ARGS'],
    ['a field too many', 'get_market_features', { symbol: SYMBOL, at: null, force: true }, 'TOOL_ARGS'],
    ['a field too few', 'get_market_features', { symbol: SYMBOL }, 'TOOL_ARGS'],
    ['another symbol', 'get_market_features', { symbol: 'BTC/USDT', at: null }, 'TOOL_ARGS'],
    [
      'a parameter of another type',
      'backtest_strategy',
      { ...BACKTEST, parameters: { ...BACKTEST.parameters, fast: 3 } },
      'TOOL_ARGS',
    ],
    ['NUL in its text', 'query_trading_knowledge', { question: 'a\u0000b', limit: 99 }, 'TOOL_ARGS'],
    ['half a character in its text', 'query_trading_knowledge', { question: '\ud83d', limit: 99 }, 'TOOL_ARGS'],
    ['half a character in its name', 'no_such_\ud83d', {}, 'TOOL_UNKNOWN'],
    ['a name that is cut in a character', `${'x'.repeat(63)}🚀`, {}, 'TOOL_UNKNOWN'],
    ['no JSON, cut in a character', 'get_market_features', `x${'🚀'.repeat(5_000)}`, 'TOOL_ARGS'],
  ])('with %s gets its code and is written down', async (_what, name, args, code) => {
    const { refused, row, told } = await asked(name, args);
    expect([refused, row.refused, told.error]).toEqual([code, code, code]);
  });
});

it('answers a question that holds half a character, and keeps the rest of it', async () => {
  const { refused, row } = await asked(
    'query_trading_knowledge',
    '{"question":"what is \\ud83d or \\u0000","limit":3}',
  );
  expect(refused).toBeNull();
  expect(row.arguments).toEqual({ question: 'what is \ufffd or \ufffd', limit: 3 });
});

describe('what was not known at asOf', () => {
  it('is refused when a later date is asked for', async () => {
    const later = new Date(AS_OF_MS + 1).toISOString();
    const answers = await Promise.all([
      asked('get_market_features', { symbol: SYMBOL, at: later }),
      asked('backtest_strategy', { ...BACKTEST, to: later }),
      asked('get_news_sentiment', { symbol: SYMBOL, from: null, to: later }),
    ]);
    expect(answers.map(({ row }) => row.refused)).toEqual(Array(3).fill('TOOL_LOOK_AHEAD'));
  });

  it('stays away: a bar in progress', async () => {
    const { told, row } = await asked(
      'get_market_features',
      { symbol: SYMBOL, at: null },
      scope({ asOfMs: AS_OF_MS + HOUR_MS / 2 }),
    );
    expect(told.close).toBe(rows[399]?.close);
    expect(row.withheld).toEqual([
      `bar of ${new Date(AS_OF_MS).toISOString().replace('.000Z', 'Z')}: closes after asOf`,
    ]);
  });

  it('stays away: the new values of a bar that was revised later', async () => {
    const bar = rows[380];
    if (bar === undefined) throw new Error('no bar');
    const before = { openTimeMs: bar.openTimeMs, open: '1', high: '2', low: '1', close: '1.5', volume: '3' };
    const after = { ...before, close: String(CANARY) };
    const told_at = new Date(AS_OF_MS + 1).toISOString();
    const key = { symbol: SYMBOL, interval_ms: HOUR_MS, open_time: new Date(bar.openTimeMs).toISOString() };
    await db
      .insertInto('bar_revisions')
      .values({
        ...key,
        source_name: 'test',
        before: JSON.stringify(before),
        after: JSON.stringify(after),
        applied: true,
        told_at,
      } as never)
      .execute();
    const at = new Date(bar.openTimeMs + HOUR_MS).toISOString();
    const { told, row } = await asked('get_market_features', { symbol: SYMBOL, at });
    expect(told.close).toBe(1.5);
    expect(row.withheld).toEqual([expect.stringContaining('revised after asOf')]);
    const known = await asked('get_market_features', { symbol: SYMBOL, at }, scope({ asOfMs: AS_OF_MS + HOUR_MS }));
    expect(known.told.close).toBe(1.5);
  });

  it('stays away: news that was known later, documents of a later date', async () => {
    const news = { source: 'wire', url: null, summary: '', symbols: ['TOOL'], social: false };
    const publishedAtMs = AS_OF_MS - HOUR_MS;
    await saveNews(db, [
      { ...news, headline: 'Shares surge on record profit', publishedAtMs, knownAtMs: publishedAtMs },
      { ...news, headline: 'CANARY fraud found', publishedAtMs, knownAtMs: AS_OF_MS + 1 },
    ]);
    const told = await asked('get_news_sentiment', { symbol: SYMBOL, from: null, to: null });
    expect(told.told).toMatchObject({ itemCount: 1, headlines: ['Shares surge on record profit'] });
    expect(told.text).not.toContain('CANARY');
    expect(told.row.withheld).toEqual(['1 news items: known after asOf']);
    const document = { kind: 'technique' as const, body: 'momentum trades follow the trend', knownAtMs: FIRST_MS };
    await saveDocuments(db, [
      { ...document, documentId: 'old', title: 'Momentum', datedMs: FIRST_MS },
      { ...document, documentId: 'new', title: 'CANARY momentum', datedMs: AS_OF_MS + 1, knownAtMs: AS_OF_MS + 1 },
    ]);
    const found = await asked('query_trading_knowledge', { question: 'momentum', limit: 5 });
    expect(found.text).toContain('follow the trend');
    expect(found.text).not.toContain('CANARY');
    expect(found.row.withheld).toEqual(['1 documents: dated after asOf']);
  });

  it('tells masked symbols by their masks only, without headlines', async () => {
    const bound = scope({ masked: true });
    const { told, text } = await asked('get_news_sentiment', { symbol: 'ASSET1', from: null, to: null }, bound);
    expect(told).toMatchObject({ symbol: 'ASSET1', headlines: [], itemCount: 1 });
    const features = await asked('get_market_features', { symbol: 'ASSET1', at: null }, bound);
    const trade = { symbol: 'ASSET1', side: 'buy', sizeFraction: 0.9, leverage: 1, confidence: 1 };
    const risk = await asked('check_risk_limits', trade, bound);
    expect(risk.told).toMatchObject({
      approved: false,
      reasons: expect.arrayContaining([{ rule: 'symbolConcentration' }]),
    });
    expect(`${text}${features.text}${risk.text}`).not.toContain('TOOL');
    expect((await asked('get_market_features', { symbol: SYMBOL, at: null }, bound)).refused).toBe('TOOL_ARGS');
  });
});
