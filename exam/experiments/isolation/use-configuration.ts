/**
 * One set of settings put to use: refused, or each venue of it asked who it is, and then sent an order if that fits.
 * With the control the check of settings and account is left out. Hosts outside this machine are never called.
 */
import { createAlpacaClient } from '../../../adapters/broker/alpaca/alpaca-client.ts';
import { sendOrder } from '../../../adapters/broker/alpaca/alpaca-orders.ts';
import { configuredVenues } from '../../../adapters/broker/configured-venues.ts';
import { createTokenBucket } from '../../../adapters/broker/token-bucket.ts';
import { identityProblems } from '../../../adapters/broker/venue-identity.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { ALPACA_HOSTS, type AlpacaSettings, keyIdOf, secretOf } from '../../../schemas/alpaca-settings.ts';
import { isPrivateHost } from '../../../schemas/outside-url.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { anOrderOf, soonMs } from '../adversarial/peer.ts';
import type { Configuration } from './configurations.ts';

const MODES = ['paper', 'live'] as const;
const DEFAULTS = {
  ALPACA_PAPER_URL: 'https://paper-api.alpaca.markets',
  ALPACA_LIVE_URL: 'https://api.alpaca.markets',
};

export type Use = {
  readonly outcome: 'refused' | 'used';
  /** Venues whose settings were accepted, and whose account was not the one that was meant. */
  readonly accountsRefused: number;
  /** Modes whose settings lead to the other mode's host of the true venue. */
  readonly wrongHosts: readonly string[];
};

const NOTHING: Use = { outcome: 'refused', accountsRefused: 0, wrongHosts: [] };

/** `straight`: past the reader of the environment, so that the adapters stand alone. */
export async function useConfiguration({ raw }: Configuration, straight: boolean): Promise<Use> {
  const settings = settingsOf(raw);
  try {
    const allowLoopback = raw.QUARTERDECK_ALLOW_LOOPBACK === '1';
    const given = straight ? { ...parseEnvironment({}), alpaca: settings, allowLoopback } : parseEnvironment(raw);
    const { alpaca } = given;
    const venues = configuredVenues(given);
    let accountsRefused = 0;
    for (const venue of venues) {
      if (!isHere(urlOf(alpaca, venue.mode))) continue;
      const problems = await identityProblems(venue, null);
      if (problems.length > 0) accountsRefused += 1;
      else await venue.send(anOrderOf('ours'), soonMs());
    }
    const modes = MODES.filter((mode) => venues.some((venue) => venue.mode === mode));
    return { outcome: 'used', accountsRefused, wrongHosts: modes.filter((mode) => isOtherHost(alpaca, mode)) };
  } catch (error) {
    if (error instanceof InvalidInput) return NOTHING;
    throw error;
  }
}

/** What would happen if nothing looked at hosts, keys and accounts. */
export async function useUnchecked({ raw }: Configuration): Promise<Use> {
  const settings = settingsOf(raw);
  for (const mode of MODES) {
    const key = mode === 'paper' ? settings.paperKey : settings.liveKey;
    const url = urlOf(settings, mode);
    if (key === null || !isHere(url)) continue;
    const { origin, host } = new URL(url);
    const here = { hosts: [host], allowLoopback: true, isPublic: false };
    const where = { mode, baseUrl: origin, host, ...here, requestsPerMinute: 60_000 };
    const bucket = createTokenBucket({ requestsPerMinute: 60_000, nowMs: Date.now, sleep: async () => undefined });
    const client = createAlpacaClient({
      access: { ...where, keyId: keyIdOf(key), secret: secretOf(key) },
      ...{ bucket, timeouts: { totalTimeoutMs: 5_000, idleTimeoutMs: 5_000 }, nowMs: Date.now },
    });
    await sendOrder(client, anOrderOf('ours'), soonMs());
  }
  return { ...NOTHING, outcome: 'used' };
}

export const settingsOf = (raw: Configuration['raw']): AlpacaSettings => ({
  paperKey: raw.ALPACA_PAPER_KEY ?? null,
  paperUrl: raw.ALPACA_PAPER_URL || DEFAULTS.ALPACA_PAPER_URL,
  liveKey: raw.ALPACA_LIVE_KEY ?? null,
  liveUrl: raw.ALPACA_LIVE_URL || DEFAULTS.ALPACA_LIVE_URL,
});

const urlOf = (settings: AlpacaSettings, mode: 'paper' | 'live'): string =>
  mode === 'paper' ? settings.paperUrl : settings.liveUrl;

function isHere(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username } = new URL(url);
  return protocol === 'http:' && username === '' && isPrivateHost(hostname) && !hostname.startsWith('169.254.');
}

const isOtherHost = (settings: AlpacaSettings, mode: 'paper' | 'live'): boolean =>
  new URL(urlOf(settings, mode)).hostname.replace(/\.$/, '') === ALPACA_HOSTS[mode === 'paper' ? 'live' : 'paper'];
