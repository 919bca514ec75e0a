/**
 * An exchange's public data through ccxt, which knows paths, symbols and formats; each request goes out through
 * adapters/http and the client of vendors instead. Replies are handed to ccxt with numbers as the texts that stood
 * there, so no digit is lost. What ccxt reads out of them is checked by who asks. Loaded with the first request.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange } from 'ccxt';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { VendorFailure } from '../../../schemas/vendor-failure.ts';
import type { EffectName } from '../../effect.ts';
import type { ExactValue } from '../../http/exact-json.ts';
import { type HttpAnswer, requestOnce } from '../../http/venue-http.ts';
import { askVendor, type VendorClientParts } from '../vendor-client.ts';

export type PublicAccess = {
  readonly exchangeId: string;
  /** Stands in for the exchange's own hosts; null = those. */
  readonly url: string | null;
  readonly allowLoopback: boolean;
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
};
/** What ccxt read, the reply as it came, and the vendor's time. */
export type PublicAnswer = { readonly value: unknown; readonly json: ExactValue; readonly atMs: number };
export type PublicQuestion = {
  readonly effect: EffectName;
  readonly client: VendorClientParts;
  readonly bodyBytesMax: number;
  readonly call: (exchange: Exchange) => Promise<unknown>;
};
export type PublicExchange = {
  readonly exchange: Exchange;
  readonly ask: (asked: PublicQuestion) => Promise<PublicAnswer>;
};

type Passage = Omit<PublicQuestion, 'call'> & { json: ExactValue; atMs: number };
type Passages = AsyncLocalStorage<Passage>;

const RATE_ERRORS = ['RateLimitExceeded', 'DDoSProtection'];
const OUTAGE_ERRORS = ['ExchangeNotAvailable', 'OnMaintenance', 'NetworkError', 'RequestTimeout'];
const SPOT_TYPES: readonly string[] = ['spot'];

/**
 * `spotOnly`: asks for the list of spot markets alone where the exchange has several. @throws InvalidInput INPUT_ENUM
 */
export async function openPublicExchange(access: PublicAccess, spotOnly: boolean): Promise<PublicExchange> {
  const { default: ccxt } = await import('ccxt');
  const classes: Readonly<Record<string, unknown>> = ccxt;
  const Class = ccxt.exchanges.includes(access.exchangeId) ? classes[access.exchangeId] : undefined;
  if (!isExchangeClass(Class)) throw unknownExchange(access.exchangeId, ccxt.exchanges);
  const exchange = new Class({ enableRateLimit: access.url === null });
  const passages: Passages = new AsyncLocalStorage();
  exchange.has.fetchCurrencies = false;
  // All rows as the exchange told them: ccxt would drop those it thinks were not asked for.
  exchange.parseOHLCVs = (rows: unknown, market: Parameters<Exchange['parseOHLCV']>[1]) =>
    Array.isArray(rows) ? rows.map((row) => exchange.parseOHLCV(row, market)) : [];
  if (spotOnly) keepSpot(exchange);
  exchange.fetch = (url: string, method = 'GET', headers = {}) =>
    passOn(exchange, access, passages, url, method, headers);
  const ask = async ({ call, ...asked }: PublicQuestion): Promise<PublicAnswer> => {
    const passage: Passage = { ...asked, json: null, atMs: 0 };
    const value = await passages.run(passage, () => calling(access.exchangeId, () => call(exchange)));
    return { value, json: passage.json, atMs: passage.atMs };
  };
  return { exchange, ask };
}

const isExchangeClass = (value: unknown): value is new (settings: object) => Exchange => typeof value === 'function';

function unknownExchange(exchangeId: string, names: readonly string[]): InvalidInput {
  const near = nearestName(exchangeId, names);
  const hint = near === null ? '' : `did you mean ${near}?`;
  return new InvalidInput([problem('INPUT_ENUM', 'exchange', exchangeId, 'an exchange that ccxt knows', hint)]);
}

function keepSpot(exchange: Exchange): void {
  const options: Readonly<Record<string, unknown>> = exchange.options;
  const { fetchMarkets } = options;
  if (typeof fetchMarkets !== 'object' || fetchMarkets === null || !('types' in fetchMarkets)) return;
  if (Array.isArray(fetchMarkets.types)) fetchMarkets.types = [...SPOT_TYPES];
}

/** What ccxt throws by itself is a refusal of the exchange. @throws VendorFailure */
async function calling(exchangeId: string, call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof VendorFailure || error instanceof InvalidInput || !(error instanceof Error)) throw error;
    const got = `${error.constructor.name}: ${error.message}`;
    throw new VendorFailure([problem('VENDOR_REFUSED', `ccxt:${exchangeId}`, got, 'an answer')]);
  }
}

async function passOn(
  exchange: Exchange,
  access: PublicAccess,
  passages: Passages,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  const passage = passages.getStore();
  const { origin, hostname, pathname, search } = new URL(url);
  const hosts = ownHosts(exchange);
  if (passage === undefined || method !== 'GET') throw new Error(`ccxt asked for a ${method} of its own`);
  if (!hosts.includes(hostname)) throw new Error(`ccxt would call ${hostname}`);
  const { allowLoopback, totalTimeoutMs, idleTimeoutMs } = access;
  const request = {
    method,
    baseUrl: access.url ?? origin,
    path: `${pathname}${search}`,
    headers: { accept: 'application/json', ...headers },
    body: null,
    ...{ hosts, allowLoopback, totalTimeoutMs, idleTimeoutMs, bodyBytesMax: passage.bodyBytesMax },
  } as const;
  const place = `ccxt:${access.exchangeId} ${pathname}`;
  const send = async () => heedErrors(exchange, url, await requestOnce(passage.effect, request));
  const reply = await askVendor(passage.client, { place, send });
  passage.json = reply.json;
  passage.atMs = reply.atMs;
  return reply.json;
}

/** Exchanges tell errors with HTTP 200 too; ccxt knows their words. A full or silent exchange is asked again. */
function heedErrors(exchange: Exchange, url: string, answer: HttpAnswer): HttpAnswer {
  if (answer.kind === 'failure' || answer.status !== 200) return answer;
  const { status, headers, body } = answer;
  try {
    exchange.handleErrors(status, '', url, 'GET', headers, body, looseJson(body), {}, undefined);
    return answer;
  } catch (error) {
    const names = namesOf(error);
    if (RATE_ERRORS.some((name) => names.includes(name))) return { ...answer, status: 429 };
    if (OUTAGE_ERRORS.some((name) => names.includes(name))) return { ...answer, status: 503 };
    throw error;
  }
}

/** The names of an error's class and of those above it. */
function namesOf(error: unknown): string[] {
  const names: string[] = [];
  for (let one = Object.getPrototypeOf(error); one !== null; one = Object.getPrototypeOf(one)) {
    names.push(String(one.constructor.name));
  }
  return names;
}

function looseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Every host in the exchange's own table of addresses. */
function ownHosts(exchange: Exchange): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      const text = exchange.implodeHostname(value);
      if (URL.canParse(text)) found.push(new URL(text).hostname);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  walk(exchange.urls.api);
  return found;
}
