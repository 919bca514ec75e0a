/**
 * Where the desk trades and where its market data comes from, for config/environment.ts to read with all other
 * settings. A venue whose key is not set is not used.
 */
import { z } from 'zod';
import {
  ALPACA_HOSTS,
  ALPACA_KEY_EXPECTED,
  ALPACA_KEY_PATTERN,
  type AlpacaSettings,
  alpacaProblems,
} from '../schemas/alpaca-settings.ts';
import {
  CCXT_EXCHANGES,
  CCXT_HOSTS,
  CCXT_MARKETS,
  CCXT_SYMBOLS_EXPECTED,
  CCXT_SYMBOLS_PATTERN,
  type CcxtMode,
  type CcxtModeSettings,
  type CcxtSettings,
  ccxtProblems,
} from '../schemas/ccxt-settings.ts';
import {
  ALPACA_DATA_HOST,
  ALPACA_FEEDS,
  CCXT_DATA_URLS_EXPECTED,
  CCXT_DATA_URLS_PATTERN,
  ccxtDataUrls,
  type MarketSettings,
  marketProblems,
} from '../schemas/market-settings.ts';
import type { Problem } from '../schemas/problem.ts';

type Expectation = readonly [expected: string, hint: string];

const venueKey = z.string().regex(ALPACA_KEY_PATTERN);
const ccxtSymbols = z.string().regex(CCXT_SYMBOLS_PATTERN);
const ALPACA_URLS = { paper: `https://${ALPACA_HOSTS.paper}`, live: `https://${ALPACA_HOSTS.live}` } as const;
const ALPACA_DATA_URL = `https://${ALPACA_DATA_HOST}`;

export const venueVariables = {
  ALPACA_PAPER_KEY: venueKey.optional(),
  ALPACA_PAPER_URL: z.string().default(ALPACA_URLS.paper),
  ALPACA_LIVE_KEY: venueKey.optional(),
  ALPACA_LIVE_URL: z.string().default(ALPACA_URLS.live),
  ALPACA_DATA_KEY: venueKey.optional(),
  ALPACA_DATA_URL: z.string().default(ALPACA_DATA_URL),
  ALPACA_DATA_FEED: z.enum(ALPACA_FEEDS).default('iex'),
  CCXT_PAPER_EXCHANGE: z.enum(CCXT_EXCHANGES).default('binance'),
  CCXT_PAPER_MARKET: z.enum(CCXT_MARKETS).default('spot'),
  CCXT_PAPER_SYMBOLS: ccxtSymbols.optional(),
  CCXT_PAPER_KEY: venueKey.optional(),
  CCXT_PAPER_URL: z.string().optional(),
  CCXT_LIVE_EXCHANGE: z.enum(CCXT_EXCHANGES).default('binance'),
  CCXT_LIVE_MARKET: z.enum(CCXT_MARKETS).default('spot'),
  CCXT_LIVE_SYMBOLS: ccxtSymbols.optional(),
  CCXT_LIVE_KEY: venueKey.optional(),
  CCXT_LIVE_URL: z.string().optional(),
  CCXT_DATA_URLS: z.string().regex(CCXT_DATA_URLS_PATTERN).optional(),
} as const;

export type VenueVariable = keyof typeof venueVariables;
type Values = { readonly [N in VenueVariable]?: string | undefined };

const CCXT_EXCHANGE: Expectation = [`one of ${CCXT_EXCHANGES.join(', ')}`, `leave it out for ${CCXT_EXCHANGES[0]}`];
const CCXT_MARKET: Expectation = [`one of ${CCXT_MARKETS.join(', ')}`, `leave it out for ${CCXT_MARKETS[0]}`];
const CCXT_SYMBOLS: Expectation = [CCXT_SYMBOLS_EXPECTED, 'each base currency once'];
const CCXT_KEY: Expectation = [ALPACA_KEY_EXPECTED, 'leave it out to trade without ccxt'];
const CCXT_URL: Expectation = ['an address', "leave it out for the exchange's own"];

export const VENUE_EXPECTATIONS: Readonly<Record<VenueVariable, Expectation>> = {
  ALPACA_PAPER_KEY: [ALPACA_KEY_EXPECTED, 'leave it out to trade without Alpaca'],
  ALPACA_PAPER_URL: ['an address', `leave it out for ${ALPACA_URLS.paper}`],
  ALPACA_LIVE_KEY: [ALPACA_KEY_EXPECTED, 'leave it out to trade without Alpaca'],
  ALPACA_LIVE_URL: ['an address', `leave it out for ${ALPACA_URLS.live}`],
  ALPACA_DATA_KEY: [ALPACA_KEY_EXPECTED, 'leave it out to use the key of paper or live trading'],
  ALPACA_DATA_URL: ['an address', `leave it out for ${ALPACA_DATA_URL}`],
  ALPACA_DATA_FEED: [`one of ${ALPACA_FEEDS.join(', ')}`, 'leave it out for iex'],
  CCXT_PAPER_EXCHANGE: CCXT_EXCHANGE,
  CCXT_PAPER_MARKET: CCXT_MARKET,
  CCXT_PAPER_SYMBOLS: CCXT_SYMBOLS,
  CCXT_PAPER_KEY: CCXT_KEY,
  CCXT_PAPER_URL: CCXT_URL,
  CCXT_LIVE_EXCHANGE: CCXT_EXCHANGE,
  CCXT_LIVE_MARKET: CCXT_MARKET,
  CCXT_LIVE_SYMBOLS: CCXT_SYMBOLS,
  CCXT_LIVE_KEY: CCXT_KEY,
  CCXT_LIVE_URL: CCXT_URL,
  CCXT_DATA_URLS: [CCXT_DATA_URLS_EXPECTED, "leave it out for the exchanges' own hosts"],
};

export const alpacaSettings = (values: Values): AlpacaSettings => ({
  paperKey: values.ALPACA_PAPER_KEY ?? null,
  paperUrl: values.ALPACA_PAPER_URL ?? ALPACA_URLS.paper,
  liveKey: values.ALPACA_LIVE_KEY ?? null,
  liveUrl: values.ALPACA_LIVE_URL ?? ALPACA_URLS.live,
});

/** Alpaca tells data to the keys of trading too. */
export const marketSettings = (values: Values, allowLoopback: boolean): MarketSettings => ({
  alpaca: {
    key: values.ALPACA_DATA_KEY ?? values.ALPACA_PAPER_KEY ?? values.ALPACA_LIVE_KEY ?? null,
    url: values.ALPACA_DATA_URL ?? ALPACA_DATA_URL,
    feed: ALPACA_FEEDS.find((one) => one === values.ALPACA_DATA_FEED) ?? 'iex',
  },
  ccxt: { urls: values.CCXT_DATA_URLS === undefined ? {} : ccxtDataUrls(values.CCXT_DATA_URLS) },
  allowLoopback,
});

export const ccxtSettings = (values: Values): CcxtSettings => ({
  paper: ccxtModeSettings(values, 'paper'),
  live: ccxtModeSettings(values, 'live'),
});

function ccxtModeSettings(values: Values, mode: CcxtMode): CcxtModeSettings {
  const prefix = mode === 'paper' ? 'CCXT_PAPER' : 'CCXT_LIVE';
  const exchange = CCXT_EXCHANGES.find((one) => one === values[`${prefix}_EXCHANGE`]) ?? CCXT_EXCHANGES[0];
  const market = CCXT_MARKETS.find((one) => one === values[`${prefix}_MARKET`]) ?? CCXT_MARKETS[0];
  return {
    exchange,
    market,
    key: values[`${prefix}_KEY`] ?? null,
    url: values[`${prefix}_URL`] ?? `https://${CCXT_HOSTS[exchange][mode][market]}`,
    symbols: values[`${prefix}_SYMBOLS`]?.split(',') ?? [],
  };
}

/** @param bad the settings that cannot be read themselves: nothing is said about what stands on them */
export const venueProblems = (values: Values, bad: ReadonlySet<string>, allowLoopback: boolean): Problem[] => [
  ...alpacaProblems(alpacaSettings(values), allowLoopback),
  ...(bad.has('CCXT_DATA_URLS') ? [] : marketProblems(marketSettings(values, allowLoopback))),
  ...(isReadable(bad) ? ccxtProblems(ccxtSettings(values), allowLoopback) : []),
];

/** Hosts and symbols are judged once exchange, market and symbols themselves can be read. */
const isReadable = (bad: ReadonlySet<string>): boolean =>
  ![...bad].some((name) => /^CCXT_.*_(EXCHANGE|MARKET|SYMBOLS)$/.test(name));
