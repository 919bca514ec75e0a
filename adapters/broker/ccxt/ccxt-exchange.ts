/**
 * ccxt as the maker of requests: it knows paths, weights and signatures, and hands each request over here, where it
 * goes out once through adapters/http. ccxt never sees a reply: its own reading takes garbage for an empty list and
 * rounds ids. It is loaded with the first request, so that processes without an exchange do not pay for it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { binance } from 'ccxt';
import type { EffectName } from '../../effect.ts';
import { BODY_BYTES_MAX, type HttpAnswer, requestOnce } from '../../http/venue-http.ts';
import { lateness } from '../reply-text.ts';
import type { RequestKind } from '../token-bucket.ts';
import type { CcxtAccess } from './ccxt-config.ts';

export type CcxtExchangeClient = InstanceType<typeof binance>;

export type CcxtRequest = {
  readonly effect: EffectName;
  readonly kind: RequestKind;
  /** Asks ccxt for exactly one request. */
  readonly call: (exchange: CcxtExchangeClient) => Promise<unknown>;
  /** No byte leaves after this instant. */
  readonly deadlineMs: number;
  readonly guard?: () => Promise<string | null>;
  readonly bodyBytesMax?: number;
};
export type CcxtTimeouts = { readonly totalTimeoutMs: number; readonly idleTimeoutMs: number };
type ExchangeParts = {
  readonly access: CcxtAccess;
  readonly timeouts: CcxtTimeouts;
  readonly nowMs: () => number;
};
/** One request on its way through ccxt. */
type Passage = { readonly asked: CcxtRequest; isTaken: boolean; answer: HttpAnswer | null };
type Passages = AsyncLocalStorage<Passage>;

/** Thrown into ccxt once the reply is taken, so that it reads nothing and tries nothing again. */
class ReplyTaken extends Error {
  override readonly name = 'ReplyTaken';
}

/** Within this a request must arrive; half of it is the drift of clocks that blocks orders. */
const RECEIVE_WINDOW_MS = 10_000;

/** What ccxt refuses by itself is a failure before sending. @throws what an effect hook throws */
export function createExchange(parts: ExchangeParts): (asked: CcxtRequest) => Promise<HttpAnswer> {
  const passages: Passages = new AsyncLocalStorage();
  let opened: Promise<CcxtExchangeClient> | null = null;
  const failure = (reason: string): HttpAnswer => ({ kind: 'failure', phase: 'beforeSend', reason });
  return async (asked) => {
    const passage: Passage = { asked, isTaken: false, answer: null };
    try {
      opened ??= openExchange(parts, passages);
      const exchange = await opened;
      await passages.run(passage, () => asked.call(exchange));
    } catch (error) {
      if (!passage.isTaken) return failure(error instanceof Error ? error.message : String(error));
      if (!(error instanceof ReplyTaken)) throw error;
    }
    return passage.answer ?? failure('ccxt asked for nothing');
  };
}

async function openExchange(parts: ExchangeParts, passages: Passages): Promise<CcxtExchangeClient> {
  const { access } = parts;
  const { binance, binanceusdm } = (await import('ccxt')).default;
  const exchange = new (access.market === 'spot' ? binance : binanceusdm)({
    apiKey: access.keyId,
    secret: access.secret,
    enableRateLimit: true,
    rateLimiterAlgorithm: 'rollingWindow',
    options: { recvWindow: RECEIVE_WINDOW_MS },
  });
  if (access.mode === 'paper' && access.market === 'spot') exchange.setSandboxMode(true);
  if (access.mode === 'paper' && access.market === 'swap') exchange.enableDemoTrading(true);
  exchange.nonce = parts.nowMs;
  const throttle = exchange.throttle.bind(exchange);
  exchange.throttle = (weight) => (passages.getStore()?.asked.kind === 'cancel' ? null : throttle(weight));
  exchange.fetch = async (url: string, method = 'GET', headers = {}, body = undefined): Promise<never> => {
    const passage = passages.getStore();
    if (passage === undefined || passage.isTaken) throw new Error('ccxt asked for a request of its own');
    const { hostname, pathname, search } = new URL(url);
    if (!access.hosts.includes(hostname)) throw new Error(`ccxt would call ${hostname}`);
    const wanted = { method: methodOf(method), path: `${pathname}${search}`, headers, body: body ?? null };
    passage.isTaken = true;
    passage.answer = await passOn(wanted, passage.asked, parts);
    throw new ReplyTaken();
  };
  return exchange;
}

type Wanted = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

function passOn(wanted: Wanted, asked: CcxtRequest, { access, timeouts, nowMs }: ExchangeParts): Promise<HttpAnswer> {
  const { baseUrl, hosts, allowLoopback } = access;
  return requestOnce(asked.effect, {
    ...wanted,
    ...{ baseUrl, hosts, allowLoopback },
    headers: { accept: 'application/json', ...wanted.headers },
    ...timeouts,
    bodyBytesMax: asked.bodyBytesMax ?? BODY_BYTES_MAX,
    guard: async () => (await asked.guard?.()) ?? lateness(asked.deadlineMs, nowMs()),
  });
}

function methodOf(method: string): Wanted['method'] {
  if (method === 'GET' || method === 'POST' || method === 'DELETE') return method;
  throw new Error(`ccxt would send ${method}`);
}
