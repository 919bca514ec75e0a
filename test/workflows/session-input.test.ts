/** Wrong inputs: the workflow closes as Failed, with every mistake in `details[0].problems`, however it was started. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
import { taskFailures } from './histories.ts';
import { aBacktest } from './session-inputs.ts';

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

const codesOf = async (input: unknown, sessionId = freshId('wrong')): Promise<string[]> =>
  (await problemsOf(await desk.startSession(sessionId, input))).map((one) => `${one.code} ${one.path}`);

const without = (field: string) => Object.fromEntries(Object.entries(aBacktest(20)).filter(([key]) => key !== field));
const a = (change: Record<string, unknown>) => aBacktest(20, change);
const replay = (range: Record<string, string>) => a({ market: { source: 'replay', ...range } });
const THIRDS = { technical: 0.3, agent: 0.3, evolved: 0.3 };

/** Rows 53 to 64 of the table of wrong inputs: what is sent, and exactly what comes back. */
const ROWS: readonly (readonly [row: string, input: unknown, expected: string])[] = [
  ['53: no account', without('accountId'), 'INPUT_REQUIRED accountId'],
  ['53: an account that is null', a({ accountId: null }), 'INPUT_TYPE accountId'],
  ['53: an account that is a number', a({ accountId: 7 }), 'INPUT_TYPE accountId'],
  ['54: a misspelt field', a({ maxPostion: 3 }), 'INPUT_UNKNOWN_FIELD maxPostion'],
  ['54: a misspelt limit', a({ limits: { postionsMax: 3 } }), 'INPUT_UNKNOWN_FIELD limits.postionsMax'],
  ['55: duration 0', a({ durationMs: 0 }), 'INPUT_RANGE durationMs'],
  ['55: a negative duration', a({ durationMs: -1 }), 'INPUT_RANGE durationMs'],
  ['55: a duration of thirty years', a({ durationMs: 1e12 }), 'INPUT_RANGE durationMs'],
  ['55: a duration in words', a({ durationMs: '60m' }), 'INPUT_RANGE durationMs'],
  ['56: check interval 0', a({ checkIntervalMs: 0 }), 'INPUT_RANGE checkIntervalMs'],
  ['56: check interval below the minimum', a({ checkIntervalMs: 99 }), 'INPUT_RANGE checkIntervalMs'],
  ['56: bar interval 0', a({ barIntervalMs: 0 }), 'INPUT_RANGE barIntervalMs'],
  ['57: no symbol', a({ symbols: [] }), 'INPUT_ITEMS symbols'],
  [
    '57: 10,000 symbols',
    a({ symbols: Array.from({ length: 10_000 }, (_, index) => `S${index}`) }),
    'INPUT_ITEMS symbols',
  ],
  [
    '57: more bars than memory holds',
    a({
      symbols: Array.from({ length: 20 }, (_, index) => `S${index}`),
      market: { source: 'synthetic', count: 1_000_000 },
    }),
    'INPUT_RANGE market.count',
  ],
  ['57: a symbol twice', a({ symbols: ['BTC/USDT', 'BTC/USDT'] }), 'INPUT_ITEMS symbols'],
  ['57: mixed case', a({ symbols: ['Btc/Usdt'] }), 'INPUT_ITEMS symbols[0]'],
  ['58: weights that sum to 0.9', a({ weights: THIRDS }), 'INPUT_WEIGHTS_SUM weights'],
  ['58: a negative weight', a({ weights: { technical: 1.5, llm: -0.5 } }), 'INPUT_WEIGHTS_SUM weights'],
  ['58: weights of nothing', a({ weights: { technical: 0, llm: 0 } }), 'INPUT_WEIGHTS_SUM weights'],
  ['58: no weight at all', a({ weights: {} }), 'INPUT_WEIGHTS_SUM weights'],
  ['58: a weight in words', a({ weights: { technical: 'all' } }), 'INPUT_TYPE weights.technical'],
  ['58: a list of weights', a({ weights: [0.5, 0.5] }), 'INPUT_TYPE weights'],
  ['60: cash in scientific notation', a({ startingCash: '1e4' }), 'INPUT_MONEY startingCash'],
  ['60: a tenth of a cent', a({ startingCash: '10000.001' }), 'INPUT_MONEY startingCash'],
  ['60: cash as a number', a({ startingCash: 10_000 }), 'INPUT_MONEY startingCash'],
  ['60: an unknown currency', a({ currency: 'XXX' }), 'INPUT_MONEY currency'],
  ['61: live, not armed', a({ tradingMode: 'live' }), 'MODE_NOT_ARMED tradingMode'],
  [
    '61: live on the live account, never armed',
    a({ tradingMode: 'live', accountId: 'alpaca-live' }),
    'MODE_NOT_ARMED tradingMode',
  ],
  ['61: Live', a({ tradingMode: 'Live' }), 'INPUT_ENUM tradingMode'],
  ['61: no mode', without('tradingMode'), 'INPUT_REQUIRED tradingMode'],
  ['63: to = from', replay({ from: '2024-01-02T00:00:00Z', to: '2024-01-02T00:00:00Z' }), 'INPUT_RANGE market.to'],
  ['63: to before from', replay({ from: '2024-01-02T00:00:00Z', to: '2024-01-01T00:00:00Z' }), 'INPUT_RANGE market.to'],
  ['63: the future', replay({ from: '2199-01-01T00:00:00Z' }), 'INPUT_RANGE market.from'],
  ['63: no data', replay({ from: '2024-01-01T00:00:00Z' }), 'DATA_EMPTY market'],
  ['64: a session id with a slash', a({ sessionId: 'a/b' }), 'INPUT_ID sessionId'],
  ['64: a session id of 2,000 characters', a({ sessionId: 'x'.repeat(2_000) }), 'INPUT_ID sessionId'],
  ['64: another id than the workflow has', a({ sessionId: 'other' }), 'INPUT_ID sessionId'],
  ['a confidence of 75', a({ limits: { confidenceMin: 75 } }), 'INPUT_RANGE limits.confidenceMin'],
  ['an unknown strategy', a({ strategy: 'momentun' }), 'STRATEGY_UNKNOWN strategy'],
  [
    'a misspelt parameter',
    a({ strategy: { type: 'momentum', parameters: { lookbak: 5 } } }),
    'INPUT_UNKNOWN_FIELD strategy.parameters.lookbak',
  ],
  ['an account nobody opened', a({ tradingMode: 'paper', accountId: 'nobody' }), 'ACCOUNT_UNKNOWN accountId'],
];

it.each(ROWS)('refuses row %s with exactly one problem', async (_row, input, expected) => {
  expect(await codesOf(input)).toEqual([expected]);
});

it.each(['a/b', 'two words', 'UPPER', '🚀', 'x'.repeat(65)])('refuses session id %j in the workflow id', async (id) => {
  expect(await codesOf(aBacktest(20), id)).toEqual(['INPUT_ID workflowId']);
});

it('lists five mistakes as five problems, each with what was found, what was expected and a hint', async () => {
  const input = a({ accountId: 7, symbols: [], tradingMode: 'live', barIntervalMs: 0, limits: { confidenceMin: 75 } });
  const run = await desk.startSession(freshId('five'), input);
  const problems = await problemsOf(run);
  expect(problems.map((one) => one.code).sort()).toEqual([
    'INPUT_ITEMS',
    'INPUT_RANGE',
    'INPUT_RANGE',
    'INPUT_TYPE',
    'MODE_NOT_ARMED',
  ]);
  expect(problems.find((one) => one.path === 'limits.confidenceMin')).toEqual({
    code: 'INPUT_RANGE',
    message: expect.stringContaining('got 75'),
    path: 'limits.confidenceMin',
    got: '75',
    expected: 'a number below or equal to 1',
    hint: 'a fraction from 0 to 1: write 0.75',
  });
  expect((await run.describe()).status.name).toBe('FAILED');
  expect(taskFailures((await run.fetchHistory()).events ?? [])).toEqual([]);
});

it.each([
  ['none', undefined],
  ['null', null],
  ['a list', []],
  ['text', 'momentum'],
])('names the required fields when the input is %s, or says that it must be an object', async (_what, input) => {
  const codes = await codesOf(input);
  const isMissing = input === undefined || input === null;
  const fields = ['accountId', 'strategy', 'symbols', 'tradingMode', 'barIntervalMs'];
  expect(codes).toEqual(isMissing ? fields.map((field) => `INPUT_REQUIRED ${field}`) : ['INPUT_TYPE ']);
});

it('leaves no session, no account and no order behind when it refuses', async () => {
  const sessions = await desk.db.selectFrom('sessions').selectAll().execute();
  const accounts = await desk.db.selectFrom('accounts').select('account_id').execute();
  expect(sessions).toEqual([]);
  expect(accounts).toEqual([{ account_id: 'paper-1' }]);
});
