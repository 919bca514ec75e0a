/** The settings of exchanges through ccxt, as the environment gives them: all mistakes at once, and no secret shown. */
import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { problemsOf } from '../../problems-of.ts';

const settingProblems = (raw: Record<string, string>) => problemsOf(() => parseEnvironment(raw));
const KEY = { CCXT_PAPER_KEY: 'PAPERID:paper-secret', CCXT_PAPER_SYMBOLS: 'BTC/USDT' };

describe('the settings of exchanges', () => {
  it('are spot at Binance, unused, unless something else is said', () => {
    expect(parseEnvironment({}).ccxt).toEqual({
      paper: { exchange: 'binance', market: 'spot', key: null, url: 'https://testnet.binance.vision', symbols: [] },
      live: { exchange: 'binance', market: 'spot', key: null, url: 'https://api.binance.com', symbols: [] },
    });
    const raw = { CCXT_LIVE_MARKET: 'swap', CCXT_LIVE_KEY: 'LIVEID:s', CCXT_LIVE_SYMBOLS: 'BTC/USDT,ETH/USDT' };
    expect(parseEnvironment(raw).ccxt.live).toEqual({
      exchange: 'binance',
      market: 'swap',
      key: 'LIVEID:s',
      url: 'https://fapi.binance.com',
      symbols: ['BTC/USDT', 'ETH/USDT'],
    });
  });

  it.each([
    [{ CCXT_PAPER_EXCHANGE: 'mtgox' }, 'CONFIG_VALUE', 'CCXT_PAPER_EXCHANGE'],
    [{ CCXT_LIVE_MARKET: 'margin' }, 'CONFIG_VALUE', 'CCXT_LIVE_MARKET'],
    [{ CCXT_PAPER_SYMBOLS: 'BTCUSDT' }, 'CONFIG_VALUE', 'CCXT_PAPER_SYMBOLS'],
    [{ CCXT_PAPER_SYMBOLS: 'BTC/USDT,ETH/BTC' }, 'CONFIG_VALUE', 'CCXT_PAPER_SYMBOLS'],
    [{ CCXT_PAPER_SYMBOLS: 'BTC/USDT,BTC/USDT' }, 'CONFIG_VALUE', 'CCXT_PAPER_SYMBOLS'],
    [{ CCXT_PAPER_KEY: 'PAPERID:paper-secret' }, 'CONFIG_REQUIRED', 'CCXT_PAPER_SYMBOLS'],
    [{ ...KEY, CCXT_PAPER_KEY: 'no-secret' }, 'CONFIG_VALUE', 'CCXT_PAPER_KEY'],
    [{ CCXT_PAPER_URL: 'https://api.binance.com' }, 'CONFIG_MODE_HOST_MISMATCH', 'CCXT_PAPER_URL'],
    [{ CCXT_PAPER_URL: 'https://FAPI.binance.com.' }, 'CONFIG_MODE_HOST_MISMATCH', 'CCXT_PAPER_URL'],
    [{ CCXT_LIVE_URL: 'https://testnet.binance.vision' }, 'CONFIG_MODE_HOST_MISMATCH', 'CCXT_LIVE_URL'],
    [{ CCXT_PAPER_URL: 'https://demo-fapi.binance.com' }, 'CONFIG_URL_BLOCKED', 'CCXT_PAPER_URL'],
    [{ CCXT_PAPER_URL: 'http://127.0.0.1:9001' }, 'CONFIG_URL_BLOCKED', 'CCXT_PAPER_URL'],
    [{ CCXT_PAPER_URL: 'http://169.254.169.254' }, 'CONFIG_URL_BLOCKED', 'CCXT_PAPER_URL'],
    [{ CCXT_PAPER_URL: 'https://testnet.binance.vision/api/v3' }, 'CONFIG_VALUE', 'CCXT_PAPER_URL'],
    [
      { ...KEY, CCXT_LIVE_KEY: 'PAPERID:s', CCXT_LIVE_SYMBOLS: 'BTC/USDT' },
      'CONFIG_MODE_HOST_MISMATCH',
      'CCXT_LIVE_KEY',
    ],
  ])('%o is refused', (raw, code, path) => {
    expect(settingProblems(raw)).toMatchObject([{ code, path }]);
  });

  it('may be a host of this machine where that is allowed, but not one for both modes', () => {
    const url = 'http://127.0.0.1:9001';
    expect(settingProblems({ QUARTERDECK_ALLOW_LOOPBACK: '1', ...KEY, CCXT_PAPER_URL: url })).toEqual([]);
    const both = { QUARTERDECK_ALLOW_LOOPBACK: '1', CCXT_PAPER_URL: url, CCXT_LIVE_URL: 'http://localhost:9001' };
    expect(settingProblems(both)).toMatchObject([{ code: 'CONFIG_MODE_HOST_MISMATCH', path: 'CCXT_PAPER_URL' }]);
  });

  it('never show a key', () => {
    const told = settingProblems({ CCXT_PAPER_KEY: 'no secret here', CCXT_LIVE_KEY: 'LIVEID:hidden' });
    expect(JSON.stringify(told)).not.toMatch(/hidden|no secret/);
  });
});
