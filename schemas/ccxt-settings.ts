/**
 * What the environment says about an exchange that is reached through ccxt, and what may not stand together. Paper and
 * live differ by host, by key and by the names of all settings. Only exchanges whose hosts, ids and refusals are known
 * are on the list. Checked at the start of a process with everything else, and again by the adapter.
 */
import { keyIdOf, placeOf } from './alpaca-settings.ts';
import { outsideUrlProblems, shownUrl } from './outside-url.ts';
import { type Problem, problem } from './problem.ts';

export const CCXT_EXCHANGES = ['binance'] as const;
export type CcxtExchange = (typeof CCXT_EXCHANGES)[number];
/** swap: perpetual contracts that are settled in their quote currency. */
export const CCXT_MARKETS = ['spot', 'swap'] as const;
export type CcxtMarket = (typeof CCXT_MARKETS)[number];
export type CcxtMode = 'paper' | 'live';

type Hosts = Readonly<Record<CcxtExchange, Readonly<Record<CcxtMode, Readonly<Record<CcxtMarket, string>>>>>>;
export const CCXT_HOSTS: Hosts = {
  binance: {
    paper: { spot: 'testnet.binance.vision', swap: 'demo-fapi.binance.com' },
    live: { spot: 'api.binance.com', swap: 'fapi.binance.com' },
  },
};

/** A key is `KEYID:SECRET`; null: this mode is not used. `symbols`: all that is traded there, such as BTC/USDT. */
export type CcxtModeSettings = {
  readonly exchange: CcxtExchange;
  readonly market: CcxtMarket;
  readonly key: string | null;
  readonly url: string;
  readonly symbols: readonly string[];
};
export type CcxtSettings = Readonly<Record<CcxtMode, CcxtModeSettings>>;

export const CCXT_SYMBOLS_PATTERN = /^[A-Z0-9]{1,20}\/[A-Z0-9]{1,10}(,[A-Z0-9]{1,20}\/[A-Z0-9]{1,10}){0,19}$/;
export const CCXT_SYMBOLS_EXPECTED = 'up to 20 pairs of one quote currency, such as BTC/USDT,ETH/USDT';

/**
 * Every mistake in the settings. Codes: CONFIG_MODE_HOST_MISMATCH, CONFIG_URL_BLOCKED, CONFIG_VALUE, CONFIG_REQUIRED.
 */
export function ccxtProblems(settings: CcxtSettings, allowLoopback: boolean): Problem[] {
  const own = (['paper', 'live'] as const).flatMap((mode) => [
    ...hostProblems(mode, settings[mode], allowLoopback),
    ...symbolProblems(mode, settings[mode]),
  ]);
  return own.length > 0 ? own : sharedProblems(settings);
}

const nameOf = (mode: CcxtMode, setting: string): string => `CCXT_${mode.toUpperCase()}_${setting}`;

function hostProblems(mode: CcxtMode, { exchange, market, url }: CcxtModeSettings, allowLoopback: boolean): Problem[] {
  const path = nameOf(mode, 'URL');
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
  const own = CCXT_HOSTS[exchange][mode][market];
  const foreign: readonly string[] = Object.values(CCXT_HOSTS[exchange][mode === 'paper' ? 'live' : 'paper']);
  if (foreign.includes(host)) return [mismatch(path, host, `the host of ${mode} trading, ${own}`)];
  const problems = outsideUrlProblems(path, url, { hosts: [own], allowLoopback });
  if (problems.length > 0 || new URL(url).pathname === '/') return problems;
  return [problem('CONFIG_VALUE', path, shownUrl(url), 'an address without a path', 'the adapter knows the paths')];
}

/** One quote currency, because that is the account's cash; a base once, because its balance is the position. */
function symbolProblems(mode: CcxtMode, { key, symbols }: CcxtModeSettings): Problem[] {
  const path = nameOf(mode, 'SYMBOLS');
  if (symbols.length === 0) {
    return key === null ? [] : [problem('CONFIG_REQUIRED', path, undefined, CCXT_SYMBOLS_EXPECTED)];
  }
  const quotes = new Set(symbols.map((symbol) => symbol.split('/')[1]));
  const bases = new Set(symbols.map((symbol) => symbol.split('/')[0]));
  if (quotes.size === 1 && bases.size === symbols.length) return [];
  return [problem('CONFIG_VALUE', path, symbols.join(','), CCXT_SYMBOLS_EXPECTED, 'each base currency once')];
}

function sharedProblems({ paper, live }: CcxtSettings): Problem[] {
  if (placeOf(paper.url) === placeOf(live.url)) {
    return [mismatch('CCXT_PAPER_URL', shownUrl(paper.url), 'another host than CCXT_LIVE_URL')];
  }
  if (paper.key === null || live.key === null || keyIdOf(paper.key) !== keyIdOf(live.key)) return [];
  return [mismatch('CCXT_LIVE_KEY', 'the key of paper trading', 'a key of its own')];
}

const mismatch = (path: string, got: string, expected: string): Problem =>
  problem('CONFIG_MODE_HOST_MISMATCH', path, got, expected, 'paper and live have hosts and keys of their own');
