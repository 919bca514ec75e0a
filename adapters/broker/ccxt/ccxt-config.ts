/**
 * From settings to the two kinds of configuration. Paper and live are different types, made by different functions from
 * differently named settings, so one cannot be handed where the other is meant. Everything is checked before any
 * request exists. Not for reading the environment.
 */
import { keyIdOf, secretOf } from '../../../schemas/alpaca-settings.ts';
import {
  CCXT_HOSTS,
  type CcxtExchange,
  type CcxtMarket,
  type CcxtMode,
  type CcxtSettings,
  ccxtProblems,
} from '../../../schemas/ccxt-settings.ts';
import { isPrivateHost } from '../../../schemas/outside-url.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { keyProblems } from '../key-problems.ts';

type CcxtConfigOf<M extends CcxtMode> = {
  readonly mode: M;
  readonly settings: CcxtSettings;
  readonly allowLoopback: boolean;
};
export type CcxtPaperConfig = CcxtConfigOf<'paper'>;
export type CcxtLiveConfig = CcxtConfigOf<'live'>;

/** Where requests go, with which key and for which symbols; inside the adapter only. */
export type CcxtAccess = {
  readonly mode: CcxtMode;
  readonly exchange: CcxtExchange;
  readonly market: CcxtMarket;
  readonly symbols: readonly string[];
  /** The currency all symbols are quoted in: the account's cash. */
  readonly currency: string;
  readonly baseUrl: string;
  readonly host: string;
  /** The exchange's own host: the only one ccxt may have in mind. */
  readonly hosts: readonly string[];
  readonly allowLoopback: boolean;
  readonly isPublic: boolean;
  readonly keyId: string;
  readonly secret: string;
  readonly requestsPerMinute: number;
};

/**
 * Binance counts weights, 6,000 a minute (spot) and 2,400 (swap), and 50 orders in 10 s. The ccxt throttle knows the
 * weights; this count stands in front of it. A venue of one's own on this machine has no such limit.
 */
const REQUESTS_PER_MINUTE = 240;
const REQUESTS_PER_MINUTE_LOCAL = 60_000;

const NAMES = { paper: 'CCXT_PAPER_KEY', live: 'CCXT_LIVE_KEY' } as const;

export const ccxtPaperConfig = (settings: CcxtSettings, allowLoopback: boolean): CcxtPaperConfig => ({
  mode: 'paper',
  settings,
  allowLoopback,
});
export const ccxtLiveConfig = (settings: CcxtSettings, allowLoopback: boolean): CcxtLiveConfig => ({
  mode: 'live',
  settings,
  allowLoopback,
});

/**
 * @throws InvalidInput with every problem: CONFIG_REQUIRED, CONFIG_VALUE, CONFIG_MODE_HOST_MISMATCH, CONFIG_URL_BLOCKED
 */
export function ccxtAccess({ mode, settings, allowLoopback }: CcxtPaperConfig | CcxtLiveConfig): CcxtAccess {
  const { exchange, market, symbols, key, url: text } = settings[mode];
  const problems = [...keyProblems(NAMES[mode], key), ...ccxtProblems(settings, allowLoopback)];
  if (key === null || problems.length > 0) throw new InvalidInput(problems);
  const url = new URL(text);
  const isPublic = !isPrivateHost(url.hostname);
  return {
    mode,
    exchange,
    market,
    symbols,
    currency: symbols[0]?.split('/')[1] ?? '',
    baseUrl: url.origin,
    host: url.host,
    hosts: [CCXT_HOSTS[exchange][mode][market]],
    allowLoopback,
    keyId: keyIdOf(key),
    secret: secretOf(key),
    isPublic,
    requestsPerMinute: isPublic ? REQUESTS_PER_MINUTE : REQUESTS_PER_MINUTE_LOCAL,
  };
}
