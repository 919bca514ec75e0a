import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cachedMarketData } from '../../../adapters/market-data/cached-market-data.ts';
import type { MarketData, MarketDataRequest } from '../../../adapters/market-data/market-data.ts';
import { marketDataBySource } from '../../../adapters/market-data/market-data.ts';
import { replayMarketData } from '../../../adapters/market-data/replay-market-data.ts';
import { syntheticMarketData } from '../../../adapters/market-data/synthetic-market-data.ts';
import { dataHash, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';

const HOUR = 3_600_000;
const folder = mkdtempSync(path.join(tmpdir(), 'replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const synthetic = (count: number, seed?: number): MarketDataRequest => ({
  source: { source: 'synthetic', count, speed: 1, ...(seed === undefined ? {} : { seed }) },
  symbol: 'BTC/USDT',
  intervalMs: HOUR,
  seed: 1,
});
const replay = (part: { from?: string; to?: string; file?: string }, symbol = 'BTC/USDT'): MarketDataRequest => ({
  source: { source: 'replay', speed: 1, ...part },
  symbol,
  intervalMs: HOUR,
  seed: 1,
});

const nowMs = () => Date.parse('2026-01-06T00:00:00Z');
const emptyStore = replayMarketData({
  readBars: async (symbol, intervalMs) => seriesFromRows(symbol, intervalMs, []),
  listDataSets: async () => [
    { symbol: 'BTC/USDT', intervalMs: 60_000 },
    { symbol: 'ETH/USDT', intervalMs: HOUR },
  ],
  storedDataHash: async (symbol) => (symbol === 'ETH/USDT' ? 'b' : undefined),
  nowMs,
});

describe('the synthetic source', () => {
  it('gives the bars of its own seed, else of the session', async () => {
    const hashOf = async (request: MarketDataRequest) => dataHash(await syntheticMarketData().load(request));
    const seriesOf = (seed: number) => syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR, count: 20, seed });
    expect(await hashOf(synthetic(20))).toBe(dataHash(seriesOf(1)));
    expect(await hashOf(synthetic(20, 9))).toBe(dataHash(seriesOf(9)));
  });
});

describe('the replay source', () => {
  const file = path.join(folder, 'bars.csv');
  writeFileSync(
    file,
    [
      'time,open,high,low,close,volume',
      '2026-01-05T00:00:00Z,10,12,9,11,5',
      '2026-01-05T01:00:00Z,11,13,10,12,6',
      '2026-01-05T02:00:00Z,12,14,11,13,7',
    ].join('\n'),
  );

  it('reads a file between from (inclusive) and to (exclusive)', async () => {
    const load = async (part: object) => Array.from((await emptyStore.load(replay({ file, ...part }))).close);
    expect(await load({})).toEqual([11, 12, 13]);
    expect(await load({ from: '2026-01-05T01:00:00Z' })).toEqual([12, 13]);
    expect(await load({ from: '2026-01-05T00:30:00Z', to: '2026-01-05T02:00:00Z' })).toEqual([12]);
    expect(await load({ to: '2026-01-05T03:00:00+02:00' })).toEqual([11]);
  });

  it('asks the store for exactly the range', async () => {
    const asked: unknown[] = [];
    const store = replayMarketData({
      readBars: async (symbol, intervalMs, fromMs, toMs) => {
        asked.push([symbol, intervalMs, fromMs, toMs]);
        return syntheticSeries({ symbol, intervalMs, count: 3, seed: 1 });
      },
      listDataSets: async () => [],
      storedDataHash: async () => undefined,
      nowMs,
    });
    await store.load(replay({ from: '2024-01-01T00:00:00Z' }));
    expect(asked).toEqual([['BTC/USDT', HOUR, 1_704_067_200_000, null]]);
  });

  it('refuses a range that ends before it starts', async () => {
    const backwards = replay({ from: '2024-01-02T00:00:00Z', to: '2024-01-02T00:00:00Z' });
    await expect(emptyStore.load(backwards)).rejects.toThrow('INPUT_RANGE market.to');
  });

  it('says DATA_EMPTY and names what is stored instead', async () => {
    await expect(emptyStore.load(replay({}))).rejects.toThrow('no 1h bars of BTC/USDT');
    await expect(emptyStore.load(replay({}))).rejects.toThrow('stored for BTC/USDT: 1m');
    await expect(emptyStore.load(replay({}, 'ETH/USD'))).rejects.toThrow('did you mean ETH/USDT?');
    await expect(emptyStore.load(replay({}, 'ETH/USDT'))).rejects.toThrow('outside this range');
    await expect(emptyStore.load(replay({}, 'AAPL'))).rejects.toThrow('import bars first');
    await expect(emptyStore.load(replay({ file, from: '2027-01-01T00:00:00Z' }))).rejects.toThrow('DATA_EMPTY');
  });

  it('lists the problems of a broken file', async () => {
    const broken = path.join(folder, 'broken.csv');
    writeFileSync(broken, 'time,open,high,low,close,volume\n2026-01-05T00:00:00Z,10,12,9,NaN,5\n');
    await expect(emptyStore.load(replay({ file: broken }))).rejects.toThrow(`DATA_NOT_A_NUMBER ${broken}:2:close`);
  });
});

describe('the cache', () => {
  let loads = 0;
  let revision = 'one';
  const counting: MarketData = {
    load: async (request) => {
      loads += 1;
      if (request.symbol === 'BAD') throw new Error('no bars');
      return syntheticMarketData().load(synthetic(5));
    },
    revision: async () => revision,
  };
  beforeEach(() => {
    loads = 0;
    revision = 'one';
  });

  it('loads a data set once for forty activities, at the same time or one after the other', async () => {
    const cache = cachedMarketData(counting, { entriesMax: 2 });
    const all = await Promise.all(Array.from({ length: 20 }, () => cache.load(replay({}))));
    for (let i = 0; i < 20; i += 1) all.push(await cache.load(replay({})));
    expect(loads).toBe(1);
    expect(new Set(all).size).toBe(1);
  });

  it('tells requests apart by everything that changes the bars, and by nothing else', async () => {
    const cache = cachedMarketData(counting, { entriesMax: 10 });
    const base = replay({});
    const faster = { ...base, source: { ...base.source, speed: 100 } };
    await Promise.all([base, faster, replay({ from: '2024-01-01T00:00:00Z' }), replay({ file: 'a' })].map(cache.load));
    expect(loads).toBe(3);
    await Promise.all([synthetic(5), synthetic(5, 1), synthetic(6), synthetic(5, 2)].map(cache.load));
    expect(loads).toBe(6);
  });

  it('drops what was not used for longest', async () => {
    const cache = cachedMarketData(counting, { entriesMax: 2 });
    for (const symbol of ['A', 'B', 'A', 'C', 'A']) await cache.load(replay({}, symbol));
    expect(loads).toBe(3);
    await cache.load(replay({}, 'B'));
    expect(loads).toBe(4);
  });

  it('loads again after a new import and after a failure', async () => {
    const cache = cachedMarketData(counting, { entriesMax: 2 });
    await cache.load(replay({}));
    revision = 'two';
    await cache.load(replay({}));
    expect(loads).toBe(2);
    await expect(cache.load(replay({}, 'BAD'))).rejects.toThrow('no bars');
    await expect(cache.load(replay({}, 'BAD'))).rejects.toThrow('no bars');
    expect(loads).toBe(4);
  });

  it('refuses to keep nothing', () => {
    expect(() => cachedMarketData(counting, { entriesMax: 0 })).toThrow(RangeError);
  });
});

describe('the switch by source', () => {
  it('sends each request to its own implementation', async () => {
    const data = marketDataBySource({
      replay: emptyStore,
      synthetic: syntheticMarketData(),
      alpaca: emptyStore,
      ccxt: emptyStore,
    });
    expect((await data.load(synthetic(7))).close).toHaveLength(7);
    await expect(data.load(replay({}))).rejects.toThrow('DATA_EMPTY');
    expect(await data.revision?.(replay({}, 'ETH/USDT'))).toBe('b');
    expect(await data.revision?.(synthetic(7))).toBe('');
  });
});
