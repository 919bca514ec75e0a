/** What a session of a pair asks of its input, and what it fills in. */
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../schemas/problem.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { strategySchema } from '../../schemas/signals.ts';

const input = (change: Record<string, unknown>) => ({
  accountId: 'paper-1',
  strategy: { type: 'pairsTrading' },
  symbols: ['BTC/USDT', 'ETH/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: 3_600_000,
  ...change,
});
const parse = (change: Record<string, unknown>) => parseSessionInput(input(change), 'strategy-session:pair', 0);
const problems = (change: Record<string, unknown>): string[] => {
  try {
    parse(change);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map((one) => `${one.code} ${one.path} ${one.expected}`);
  }
};

describe('direction', () => {
  it('is longShort when it is left out, by type or by name, and stays long only for everything else', () => {
    expect(parse({}).direction).toBe('longShort');
    expect(parse({ strategy: 'pairsTrading' }).direction).toBe('longShort');
    expect(parse({ strategy: 'momentum' }).direction).toBe('longOnly');
  });

  it('that leaves out a side is refused', () => {
    for (const direction of ['longOnly', 'shortOnly']) {
      expect(problems({ direction })).toEqual(['INPUT_ENUM direction longShort']);
    }
  });
});

describe('symbols', () => {
  it('are exactly two', () => {
    const expected = ['INPUT_ITEMS symbols exactly two symbols for pairsTrading'];
    expect(problems({ symbols: ['BTC/USDT'] })).toEqual(expected);
    expect(problems({ symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'] })).toEqual(expected);
  });

  it('of crossVenue differ in their suffix alone', () => {
    const strategy = { type: 'crossVenue' };
    expect(problems({ strategy, symbols: ['BTC/USDT:A', 'BTC/USDT:B'] })).toEqual([]);
    expect(problems({ strategy, symbols: ['BTC/USDT', 'BTC/USDT:B'] })).toEqual([]);
    expect(problems({ strategy, symbols: ['BTC/USDT:A', 'ETH/USDT:B'] })).toHaveLength(1);
  });
});

it('crossVenue is refused on a vendor, which tells the bars of one venue, and goes by stored bars of two', () => {
  const two = { strategy: { type: 'crossVenue' }, symbols: ['BTC/USDT:A', 'BTC/USDT:B'] };
  const sources = [{ source: 'alpaca' }, { source: 'ccxt', exchange: 'binance' }];
  for (const tradingMode of ['paper', 'analysis']) {
    for (const market of sources) {
      expect(problems({ ...two, tradingMode, market })).toEqual([
        expect.stringMatching(/^INPUT_ENUM market.source replay of stored bars: a vendor tells the bars of one venue/),
      ]);
    }
  }
  expect(problems({ ...two, tradingMode: 'paper', market: { source: 'replay' } })).toEqual([]);
  expect(problems({ strategy: 'pairsTrading', tradingMode: 'paper', market: sources[1] })).toEqual([]);
});

it('parameters out of order are refused', () => {
  expect(problems({ strategy: { type: 'pairsTrading', parameters: { entryZ: 5 } } })).toHaveLength(1);
  expect(problems({ strategy: { type: 'pairsTrading', parameters: { exitZ: 2 } } })).toHaveLength(1);
  expect(
    problems({ strategy: { type: 'crossVenue', parameters: { minEdge: 5 } }, symbols: ['A:A', 'A:B'] }),
  ).toHaveLength(1);
});

it('stops lie wide by default, and where they are told to', () => {
  expect(strategySchema.parse({ type: 'pairsTrading' }).stopAtr).toBe(10);
  expect(strategySchema.parse({ type: 'crossVenue', stopAtr: 3 }).stopAtr).toBe(3);
  expect(strategySchema.parse({ type: 'momentum' }).stopAtr).toBe(2);
});
