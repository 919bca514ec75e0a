/**
 * From settings to the two kinds of configuration. Paper and live are different types, made by different functions from
 * differently named settings, so one cannot be handed where the other is meant. Everything is checked before any
 * request exists. Not for reading the environment.
 */
import {
  ALPACA_HOSTS,
  type AlpacaMode,
  type AlpacaSettings,
  alpacaProblems,
  keyIdOf,
  secretOf,
} from '../../../schemas/alpaca-settings.ts';
import { isPrivateHost } from '../../../schemas/outside-url.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { keyProblems } from '../key-problems.ts';

type AlpacaConfigOf<M extends AlpacaMode> = {
  readonly mode: M;
  readonly settings: AlpacaSettings;
  readonly allowLoopback: boolean;
};
export type AlpacaPaperConfig = AlpacaConfigOf<'paper'>;
export type AlpacaLiveConfig = AlpacaConfigOf<'live'>;

/** Where requests go and with which key; inside the adapter only. */
export type AlpacaAccess = {
  readonly mode: AlpacaMode;
  readonly baseUrl: string;
  readonly host: string;
  readonly hosts: readonly string[];
  readonly allowLoopback: boolean;
  readonly isPublic: boolean;
  readonly keyId: string;
  readonly secret: string;
  readonly requestsPerMinute: number;
};

/** Alpaca allows 200 requests a minute and account; a venue of one's own on this machine has no such limit. */
const REQUESTS_PER_MINUTE = 190;
const REQUESTS_PER_MINUTE_LOCAL = 60_000;

const NAMES = { paper: 'ALPACA_PAPER_KEY', live: 'ALPACA_LIVE_KEY' } as const;

export const alpacaPaperConfig = (settings: AlpacaSettings, allowLoopback: boolean): AlpacaPaperConfig => ({
  mode: 'paper',
  settings,
  allowLoopback,
});
export const alpacaLiveConfig = (settings: AlpacaSettings, allowLoopback: boolean): AlpacaLiveConfig => ({
  mode: 'live',
  settings,
  allowLoopback,
});

/**
 * @throws InvalidInput with every problem: CONFIG_REQUIRED, CONFIG_VALUE, CONFIG_MODE_HOST_MISMATCH, CONFIG_URL_BLOCKED
 */
export function alpacaAccess({ mode, settings, allowLoopback }: AlpacaPaperConfig | AlpacaLiveConfig): AlpacaAccess {
  const key = mode === 'paper' ? settings.paperKey : settings.liveKey;
  const problems = [...keyProblems(NAMES[mode], key), ...alpacaProblems(settings, allowLoopback)];
  if (key === null || problems.length > 0) throw new InvalidInput(problems);
  const url = new URL(mode === 'paper' ? settings.paperUrl : settings.liveUrl);
  const isPublic = !isPrivateHost(url.hostname);
  return {
    mode,
    baseUrl: url.origin,
    host: url.host,
    hosts: [ALPACA_HOSTS[mode]],
    allowLoopback,
    keyId: keyIdOf(key),
    secret: secretOf(key),
    isPublic,
    requestsPerMinute: isPublic ? REQUESTS_PER_MINUTE : REQUESTS_PER_MINUTE_LOCAL,
  };
}
