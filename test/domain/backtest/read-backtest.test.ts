/** The input of a backtest by workflow: every mistake of fields, texts and session at once, by its own names. */
import { describe, expect, it } from 'vitest';
import { readBacktest } from '../../../domain/backtest/read-backtest.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { codesOf } from '../../problems-of.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const read = (raw: unknown, workflowId = 'backtest:a') =>
  readBacktest(raw, { prefix: 'backtest', workflowId, nowMs: NOW_MS });

const refusalOf = (raw: unknown, workflowId?: string): string[] => codesOf(() => read(raw, workflowId));

const right = { strategy: 'momentum', params: 'lookback=10', symbol: 'BTC/USDT', interval: '1h' };

describe('the input of a backtest', () => {
  it('becomes the session that is walked and what only the engine can do', () => {
    const { session, engine, seedIndicators } = read({ ...right, cash: 500, commission: 'perShare:0.01:1' });
    expect(session).toMatchObject({ symbols: ['BTC/USDT'], startingCash: '500', barIntervalMs: 3_600_000 });
    expect(session.strategy).toMatchObject({ parameters: { lookback: 10 } });
    expect(engine).toMatchObject({ rules: 'none', commission: { kind: 'perShare', cost: 0.01, minimum: 1 } });
    expect(seedIndicators).toBe('talib');
  });

  it('names its own fields in what to do about a volatility that nothing can aim at', () => {
    const hints = [{}, { strategy: 'pairsTrading', symbol: 'BTC/USDT,ETH/USDT', params: {}, leverage: 3 }].map(
      (change) => {
        try {
          return read({ ...right, ...change, targetVolatility: 0.5 });
        } catch (error) {
          return error instanceof InvalidInput ? error.problems.map(({ path, hint }) => `${path}: ${hint}`) : error;
        }
      },
    );
    const said = 'targetVolatility: set leverage above 1, or leave targetVolatility out';
    expect(hints).toEqual([[said], [said]]);
  });

  it('is refused with fields, texts and what the session says in one go, by its own names', () => {
    const wrong = { ...right, params: 'lookbak=5', symbol: 'btc', interval: '1hh', commission: 'x:1', cash: '-1' };
    expect(refusalOf({ ...wrong, fill: 'never', bogus: 1, from: '2024-02-30' }, 'backtest:A').sort()).toEqual([
      'INPUT_ENUM fill',
      'INPUT_ID workflowId',
      'INPUT_ITEMS symbol',
      'INPUT_MONEY cash',
      'INPUT_RANGE from',
      'INPUT_RANGE interval',
      'INPUT_TYPE commission',
      'INPUT_UNKNOWN_FIELD bogus',
      'INPUT_UNKNOWN_FIELD params.lookbak',
    ]);
  });

  it('tells a mistake that two look for once', () => {
    expect(refusalOf({ ...right, from: '2024-02-03', to: '2024-01-01' })).toEqual(['INPUT_RANGE to']);
    expect(refusalOf({ ...right, params: 'lookback=5,lookback=6' })).toEqual(['INPUT_TYPE params']);
  });

  it('takes no numbers beside a stored strategy, but for levels of a run without rules', () => {
    const stored = { ...right, strategy: 'evolved-0123456789abcdef', params: '' };
    expect(read({ ...stored, leverage: '1' }).session.strategy).toBe(stored.strategy);
    const levels = { stopAtr: '5', targetAtr: 3, maxHold: 10, leverage: 3 };
    const wrong = Object.keys(levels).map((name) => `INPUT_TYPE ${name}`);
    for (const params of ['lookback=50', { lookback: 50 }])
      expect(refusalOf({ ...stored, ...levels, params })).toEqual(['INPUT_TYPE params', ...wrong]);
    expect(refusalOf({ ...stored, ...levels, size: 'fraction:0.5', rules: 'desk' })).toEqual(wrong);
    expect(read({ ...stored, ...levels, rules: 'none' }).engine).toMatchObject({ stopAtr: 5, leverage: 3 });
    expect(refusalOf({ ...stored, rules: 'none', params: 'lookback=50' })).toEqual(['INPUT_TYPE params']);
  });

  it('asks for what is left out, and invents nothing against it', () => {
    expect(refusalOf({ params: 'any=1' }).sort()).toEqual([
      'INPUT_REQUIRED interval',
      'INPUT_REQUIRED strategy',
      'INPUT_REQUIRED symbol',
    ]);
    expect(refusalOf(5)).toEqual(['INPUT_TYPE ']);
  });
});
