/**
 * What the environment says about vendors of market data. Alpaca's data host takes the keys of either mode; exchanges
 * tell public data without a key. Checked at the start of a process with everything else, and again by the adapter.
 */
import { ALPACA_HOSTS } from './alpaca-settings.ts';
import { isPrivateHost, outsideUrlProblems, shownUrl } from './outside-url.ts';
import { type Problem, problem } from './problem.ts';

export const ALPACA_DATA_HOST = 'data.alpaca.markets';
export const ALPACA_FEEDS = ['iex', 'sip', 'delayed_sip'] as const;
export type AlpacaFeed = (typeof ALPACA_FEEDS)[number];

/** `key`: `KEYID:SECRET`, null = none, which is enough for crypto. `feed`: whose prices of shares; iex is free. */
export type AlpacaDataSettings = { readonly key: string | null; readonly url: string; readonly feed: AlpacaFeed };

/** Addresses that stand in for an exchange's own hosts, by ccxt's id of the exchange. */
export type CcxtDataSettings = { readonly urls: Readonly<Record<string, string>> };

export type MarketSettings = {
  readonly alpaca: AlpacaDataSettings;
  readonly ccxt: CcxtDataSettings;
  readonly allowLoopback: boolean;
};

export const CCXT_DATA_URLS_PATTERN = /^[a-z0-9]{2,30}=[^,=\s]+(,[a-z0-9]{2,30}=[^,=\s]+){0,19}$/;
export const CCXT_DATA_URLS_EXPECTED = 'pairs of exchange and address, such as binance=http://127.0.0.1:9000';

/** Reads `CCXT_DATA_URLS`, which has matched its pattern; of an exchange that stands twice the last counts. */
export const ccxtDataUrls = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

/**
 * Every mistake in the settings. Codes: CONFIG_URL_BLOCKED, CONFIG_VALUE,
 * CONFIG_MODE_HOST_MISMATCH. No secret is shown.
 */
export function marketProblems({ alpaca, ccxt, allowLoopback }: MarketSettings): Problem[] {
  return [
    ...alpacaDataProblems(alpaca.url, allowLoopback),
    ...Object.entries(ccxt.urls).flatMap(([exchange, url]) => ccxtUrlProblems(exchange, url, allowLoopback)),
  ];
}

function alpacaDataProblems(url: string, allowLoopback: boolean): Problem[] {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
  if (host === ALPACA_HOSTS.paper || host === ALPACA_HOSTS.live) {
    const hint = 'hosts of trading tell no bars';
    return [problem('CONFIG_MODE_HOST_MISMATCH', 'ALPACA_DATA_URL', host, ALPACA_DATA_HOST, hint)];
  }
  const problems = outsideUrlProblems('ALPACA_DATA_URL', url, { hosts: [ALPACA_DATA_HOST], allowLoopback });
  return problems.length > 0 ? problems : pathProblems('ALPACA_DATA_URL', url);
}

/** In place of an exchange's hosts only an address of one's own makes sense: others are not the exchange. */
function ccxtUrlProblems(exchange: string, url: string, allowLoopback: boolean): Problem[] {
  const path = 'CCXT_DATA_URLS';
  if (URL.canParse(url) && !isPrivateHost(new URL(url).hostname)) {
    const hint = `leave ${exchange} out for its own hosts`;
    return [problem('CONFIG_URL_BLOCKED', path, shownUrl(url), 'a loopback or private host', hint)];
  }
  const problems = outsideUrlProblems(path, url, { hosts: [], allowLoopback });
  return problems.length > 0 ? problems : pathProblems(path, url);
}

function pathProblems(path: string, url: string): Problem[] {
  if (new URL(url).pathname === '/') return [];
  return [problem('CONFIG_VALUE', path, shownUrl(url), 'an address without a path', 'the adapter knows the paths')];
}
