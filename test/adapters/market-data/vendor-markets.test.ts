/** Both vendors against the contract of the port, and what is the vendor's own. */
import 'ccxt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAlpacaMarket } from '../../../adapters/market-data/alpaca/alpaca-market.ts';
import { createCcxtMarket } from '../../../adapters/market-data/ccxt/ccxt-market.ts';
import type { VendorMarket } from '../../../adapters/market-data/vendor-market.ts';
import type { Bar } from '../../../schemas/market.ts';
import type { MarketSettings } from '../../../schemas/market-settings.ts';
import { describeMarketContract } from '../../contracts/market-contract.ts';
import { DATA_KEY, startAlpacaDataPeer } from './alpaca-data-peer.ts';
import { startBinanceDataPeer } from './binance-data-peer.ts';
import { startKrakenDataPeer } from './kraken-data-peer.ts';
import { HOUR, hourBars, type MarketPeer } from './market-peer.ts';

const settingsOf = (changes: Partial<MarketSettings>): MarketSettings => ({
  alpaca: { key: DATA_KEY, url: 'https://data.alpaca.markets', feed: 'iex' },
  ccxt: { urls: {} },
  allowLoopback: true,
  ...changes,
});

for (const [symbol, path] of [
  ['AAPL', '/v2/stocks/bars'],
  ['BTC/USD', '/v1beta3/crypto/us/bars'],
] as const) {
  describeMarketContract(`Alpaca, ${symbol}`, {
    symbol,
    startPeer: startAlpacaDataPeer,
    create: (url, parts, allowLoopback = true) =>
      createAlpacaMarket(settingsOf({ alpaca: { key: DATA_KEY, url, feed: 'iex' }, allowLoopback }), parts),
    barsPath: `alpaca ${path}`,
  });
}

describeMarketContract('Binance through ccxt', {
  symbol: 'BTC/USDT',
  startPeer: startBinanceDataPeer,
  create: (url, parts, allowLoopback = true) =>
    createCcxtMarket('binance', settingsOf({ ccxt: { urls: { binance: url } }, allowLoopback }), parts),
  barsPath: 'ccxt:binance /api/v3/klines',
});

beforeEach(() => {
  clock.nowMs = NOW;
});

const NOW = Date.parse('2026-03-10T12:34:30Z');
const clock = { nowMs: NOW };
const sleep = async (ms: number): Promise<void> => {
  clock.nowMs += ms;
};
const parts = { nowMs: () => clock.nowMs, sleep };
const DAY_AGO = Date.parse('2026-03-09T12:00:00Z');

async function barsOf(market: VendorMarket, symbol: string): Promise<Bar[]> {
  const bars: Bar[] = [];
  for await (const page of market.bars({ symbol, intervalMs: HOUR, fromMs: DAY_AGO, toMs: NOW })) bars.push(...page);
  return bars;
}

describe('Alpaca', () => {
  let peer: MarketPeer;
  beforeEach(async () => {
    peer = await startAlpacaDataPeer(clock);
    peer.state.bars = hourBars(DAY_AGO, 25);
  });
  afterEach(async () => peer.close());
  const market = (key: string | null, feed: 'iex' | 'sip' = 'iex') =>
    createAlpacaMarket(settingsOf({ alpaca: { key, url: peer.url, feed } }), parts);

  it('asks for shares with key, feed and prices as they were traded, for pairs without any of these', async () => {
    await barsOf(market(DATA_KEY, 'sip'), 'AAPL');
    const shares = new URL(peer.state.asked[0]?.path ?? '', peer.url);
    expect(Object.fromEntries(shares.searchParams)).toEqual({
      symbols: 'AAPL',
      timeframe: '1Hour',
      start: '2026-03-09T12:00:00.000Z',
      end: '2026-03-10T12:34:29.999Z',
      limit: '10000',
      sort: 'asc',
      adjustment: 'raw',
      feed: 'sip',
    });
    expect(peer.state.asked[0]?.headers['apca-api-key-id']).toBe('PKDATA');
    const asked = peer.state.asked.length;
    expect(await barsOf(market(null), 'BTC/USD')).toHaveLength(24);
    expect(peer.state.asked[asked]?.path).toMatch(/^\/v1beta3\/crypto\/us\/bars\?symbols=BTC%2FUSD&/);
    expect(peer.state.asked[asked]?.headers['apca-api-key-id']).toBeUndefined();
  });

  it('refuses shares without a key before anything is asked', async () => {
    await expect(barsOf(market(null), 'AAPL')).rejects.toThrow('CONFIG_REQUIRED ALPACA_DATA_KEY');
    expect(peer.state.asked).toEqual([]);
  });

  it('does not follow a token that comes twice', async () => {
    peer.state.pageFault = 'sameToken';
    await expect(barsOf(market(DATA_KEY), 'AAPL')).rejects.toThrow('VENDOR_PAGES');
  });

  it('refuses bars of another symbol', async () => {
    peer.state.symbolTold = 'MSFT';
    await expect(barsOf(market(DATA_KEY), 'AAPL')).rejects.toThrow('an answer about AAPL');
  });

  it('hides the key in what it tells of a refusal', async () => {
    peer.state.faults = [{ kind: 'echo' }];
    const failure = await barsOf(market(DATA_KEY), 'AAPL').catch(String);
    expect(failure).toContain('VENDOR_REFUSED');
    expect(failure).not.toContain('data-secret');
  });

  it('is not asked at a host of trading', () => {
    const url = 'https://paper-api.alpaca.markets';
    expect(() => createAlpacaMarket(settingsOf({ alpaca: { key: null, url, feed: 'iex' } }))).toThrow(
      'CONFIG_MODE_HOST_MISMATCH ALPACA_DATA_URL',
    );
  });
});

describe('exchanges through ccxt', () => {
  const marketAt = (exchange: string, url: string) =>
    createCcxtMarket(exchange, settingsOf({ ccxt: { urls: { [exchange]: url } } }), parts);

  it('names the exchange and the symbol that are nearest to one that is not known', async () => {
    const peer = await startBinanceDataPeer(clock);
    await expect(barsOf(marketAt('binanse', peer.url), 'BTC/USDT')).rejects.toThrow('did you mean binance?');
    await expect(barsOf(marketAt('binance', peer.url), 'BTC/USDD')).rejects.toThrow('did you mean BTC/USDT?');
    await peer.close();
  });

  it('asks for the list of symbols again when that failed', async () => {
    const peer = await startBinanceDataPeer(clock);
    peer.state.bars = hourBars(DAY_AGO, 25);
    peer.state.listFails = true;
    const market = marketAt('binance', peer.url);
    await expect(barsOf(market, 'BTC/USDT')).rejects.toThrow('VENDOR_REFUSED');
    peer.state.listFails = false;
    expect(await barsOf(market, 'BTC/USDT')).toHaveLength(24);
    await peer.close();
  });

  it('reads an exchange of another format: Kraken, with seconds, names of its own, errors in HTTP 200', async () => {
    const peer = await startKrakenDataPeer(clock);
    peer.state.bars = hourBars(DAY_AGO, 25);
    const market = marketAt('kraken', peer.url);
    expect(market.name).toBe('ccxt:kraken');
    peer.state.faults = [{ kind: 'busy' }];
    const bars = await barsOf(market, 'BTC/USD');
    expect(bars.map(({ openTimeMs }) => openTimeMs)).toEqual(hourBars(DAY_AGO, 24).map(({ t }) => t));
    expect(bars[0]).toMatchObject({ open: '100.25', high: '104', low: '98.5', close: '101.125', volume: '10' });
    peer.state.quote = ['100.50', '3', '100.75', '4.000'];
    const told = { bid: '100.5', bidSize: '3', ask: '100.75', askSize: '4' };
    expect(await market.quote('BTC/USD')).toEqual({ ...told, atMs: Math.floor(clock.nowMs / 1_000) * 1_000 });
    peer.state.symbolTold = 'XETHZUSD';
    await expect(barsOf(market, 'BTC/USD')).rejects.toThrow('VENDOR_REPLY');
    await peer.close();
  });
});
