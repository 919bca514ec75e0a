/**
 * What the environment says about Alpaca, and what may not stand together. Paper and live differ by host, by key and
 * by the names of both settings. Checked at the start of a process with everything else, and again by the adapter.
 */
import { isPrivateHost, outsideUrlProblems, shownUrl } from './outside-url.ts';
import { type Problem, problem } from './problem.ts';

export const ALPACA_HOSTS = { paper: 'paper-api.alpaca.markets', live: 'api.alpaca.markets' } as const;
export type AlpacaMode = keyof typeof ALPACA_HOSTS;

/** A key is `KEYID:SECRET`; null: this mode is not used. */
export type AlpacaSettings = {
  readonly paperKey: string | null;
  readonly paperUrl: string;
  readonly liveKey: string | null;
  readonly liveUrl: string;
};

/** `KEYID:SECRET`, printable and without spaces, as it goes into headers. */
export const ALPACA_KEY_PATTERN = /^[!-9;-~]{1,128}:[!-~]{1,256}$/;
export const ALPACA_KEY_EXPECTED = 'KEYID:SECRET';

/** Alpaca's key ids tell their mode by their first letters; how they are spelled does not make them another key. */
const KEY_PREFIXES: Readonly<Record<AlpacaMode, RegExp>> = { paper: /^PK[A-Z0-9]/i, live: /^AK[A-Z0-9]/i };

/**
 * Every mistake in the settings. Codes: CONFIG_MODE_HOST_MISMATCH,
 * CONFIG_URL_BLOCKED, CONFIG_VALUE. No secret is shown.
 */
export function alpacaProblems(settings: AlpacaSettings, allowLoopback: boolean): Problem[] {
  const hosts = [
    ...hostProblems('paper', 'ALPACA_PAPER_URL', settings.paperUrl, allowLoopback),
    ...hostProblems('live', 'ALPACA_LIVE_URL', settings.liveUrl, allowLoopback),
  ];
  const keys = [
    ...keyProblems('paper', 'ALPACA_PAPER_KEY', settings.paperKey),
    ...keyProblems('live', 'ALPACA_LIVE_KEY', settings.liveKey),
  ];
  return [
    ...(hosts.length > 0 ? hosts : sharedHostProblems(settings)),
    ...(keys.length > 0 ? keys : sharedKeyProblems(settings)),
  ];
}

const otherMode = (mode: AlpacaMode): AlpacaMode => (mode === 'paper' ? 'live' : 'paper');

function hostProblems(mode: AlpacaMode, path: string, url: string, allowLoopback: boolean): Problem[] {
  const host = hostOf(url);
  if (host === ALPACA_HOSTS[otherMode(mode)]) {
    return [mismatch(path, host, `the host of ${mode} trading, ${ALPACA_HOSTS[mode]}`)];
  }
  const problems = outsideUrlProblems(path, url, { hosts: [ALPACA_HOSTS[mode]], allowLoopback });
  if (problems.length > 0 || /^\/(v2\/?)?$/.test(new URL(url).pathname)) return problems;
  return [problem('CONFIG_VALUE', path, shownUrl(url), 'an address without a path', 'the adapter knows the paths')];
}

function keyProblems(mode: AlpacaMode, path: string, key: string | null): Problem[] {
  const other = otherMode(mode);
  if (key === null || !KEY_PREFIXES[other].test(key)) return [];
  return [mismatch(path, `a key of ${other} trading`, `a key of ${mode} trading`)];
}

function sharedHostProblems({ paperUrl, liveUrl }: AlpacaSettings): Problem[] {
  if (placeOf(paperUrl) !== placeOf(liveUrl)) return [];
  return [mismatch('ALPACA_PAPER_URL', shownUrl(paperUrl), 'another host and port than ALPACA_LIVE_URL')];
}

function sharedKeyProblems({ paperKey, liveKey }: AlpacaSettings): Problem[] {
  if (paperKey === null || liveKey === null || keyIdOf(paperKey) !== keyIdOf(liveKey)) return [];
  return [mismatch('ALPACA_LIVE_KEY', 'the key of paper trading', 'a key of its own')];
}

const mismatch = (path: string, got: string, expected: string): Problem =>
  problem('CONFIG_MODE_HOST_MISMATCH', path, got, expected, 'paper and live have hosts and keys of their own');

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '');

/**
 * Host and port. A machine has many names and addresses (localhost, 0.0.0.0, its own name), so two private hosts count
 * as one place when their ports are the same.
 */
export function placeOf(text: string): string {
  const { hostname, port, protocol } = new URL(text);
  const host = isPrivateHost(hostname) ? 'private' : hostname.replace(/\.$/, '');
  return `${host}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}

export const keyIdOf = (key: string): string => key.slice(0, key.indexOf(':'));
export const secretOf = (key: string): string => key.slice(key.indexOf(':') + 1);
