import { describe, expect, it } from 'vitest';
import { judgeQuote, type Quote } from '../../../domain/market/quote.ts';

const NOW = Date.parse('2026-03-04T12:00:00Z');
const GOOD: Quote = { atMs: NOW - 2_000, bid: '99.99', ask: '100.01', bidSize: '3', askSize: '0.5' };

const judge = (part: Partial<Quote> = {}, tick: string | null = null) =>
  judgeQuote({ ...GOOD, ...part }, 'SPY', { nowMs: NOW, ageMaxMs: 30_000, tick });
const told = (part: Partial<Quote>, tick: string | null = null): string[] =>
  judge(part, tick).map((one) => `${one.code} ${one.path}`);

describe('a live quote', () => {
  it('is used when it is fresh and its bid is not above its ask', () => {
    expect(judge()).toEqual([]);
    expect(judge({ bid: '100.01' })).toEqual([]);
    expect(judge({ atMs: NOW - 30_000 })).toEqual([]);
    expect(judge({ atMs: NOW + 5_000 })).toEqual([]);
  });

  it('is refused when it is crossed, even by a hair no double can tell', () => {
    expect(told({ bid: '100.02' })).toEqual(['QUOTE_CROSSED SPY:bid']);
    expect(judge({ bid: '100.02' })[0]).toMatchObject({ got: '"bid 100.02 ask 100.01"', expected: 'bid <= ask' });
    const ask = '100.000000000000000001';
    expect(told({ bid: '100.000000000000000002', ask })).toEqual(['QUOTE_CROSSED SPY:bid']);
  });

  it('is refused when it is old, with its age and the limit', () => {
    const [stale] = judge({ atMs: NOW - 30_001 });
    expect(stale).toMatchObject({ code: 'DATA_STALE', got: '"2026-03-04T11:59:29.999Z, 30.001 s old"' });
    expect(stale?.expected).toBe('at most 30 s old');
  });

  it.each([
    [{ atMs: NOW + 5_001 }, 'DATA_TIME_FUTURE SPY:time'],
    [{ atMs: Number.NaN }, 'DATA_TIME_INVALID SPY:time'],
    [{ bid: '0' }, 'DATA_PRICE_NOT_POSITIVE SPY:bid'],
    [{ ask: '-1' }, 'DATA_PRICE_NOT_POSITIVE SPY:ask'],
    [{ ask: 'Infinity' }, 'DATA_NOT_A_NUMBER SPY:ask'],
    [{ bid: '1e2' }, 'DATA_NUMBER_FORMAT SPY:bid'],
    [{ askSize: '-1' }, 'DATA_VOLUME_INVALID SPY:askSize'],
  ])('is refused for %j', (part, problem) => {
    expect(told(part)).toEqual([problem]);
  });

  it('is refused off the tick, naming the nearest price, where a tick is known', () => {
    const bid = '99.123456789012';
    expect(judge({ bid })).toEqual([]);
    expect(judge({ bid }, '0.01')[0]).toMatchObject({
      code: 'PRICE_TICK',
      path: 'SPY:bid',
      got: '"99.123456789012"',
      expected: 'a multiple of the tick 0.01',
      hint: 'the nearest is 99.12',
    });
    expect(judge({ bid: '0.3', ask: '0.7' }, '0.1')).toEqual([]);
  });
});
