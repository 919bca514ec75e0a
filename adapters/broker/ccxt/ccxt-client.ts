/**
 * Requests to an exchange: ccxt knows paths, weights and signatures, and hands each request over here, where it goes
 * out once through adapters/http and where its reply is taken. ccxt never sees a reply to a request of ours: its own
 * reading takes garbage for an empty list and rounds ids. It is loaded with the first request. It knows no orders.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { binance } from 'ccxt';
import type { EffectName } from '../../effect.ts';
import { type ExactValue, parseExactJson } from '../../http/exact-json.ts';
import { BODY_BYTES_MAX, type FailurePhase, type HttpAnswer, requestOnce } from '../../http/venue-http.ts';
import { cleanText, lateness, pauseMs } from '../reply-text.ts';
import type { RequestKind, TokenBucket } from '../token-bucket.ts';
import { wireRefusal } from './binance-numbers.ts';
import type { CcxtAccess } from './ccxt-config.ts';

export type CcxtExchangeClient = InstanceType<typeof binance>;

/** `json` is null when the body is no JSON. */
export type CcxtReply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly json: ExactValue;
      readonly code: string | null;
      readonly message: string | null;
    }
  | { readonly kind: 'failure'; readonly phase: FailurePhase; readonly reason: string };

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
export type CcxtClient = {
  readonly request: (request: CcxtRequest) => Promise<CcxtReply>;
  readonly nowMs: () => number;
};

type ClientParts = {
  readonly access: CcxtAccess;
  readonly bucket: TokenBucket;
  readonly timeouts: CcxtTimeouts;
  readonly nowMs: () => number;
};
type Passage = { readonly asked: CcxtRequest; isTaken: boolean; answer: HttpAnswer | null };

/** Thrown into ccxt once the reply is taken, so that it reads nothing and tries nothing again. */
class ReplyTaken extends Error {
  override readonly name = 'ReplyTaken';
}

const TOO_MANY = 429;
const BANNED = 418;
/** Within this a request must arrive; half of it is the drift of clocks that blocks orders. */
const RECEIVE_WINDOW_MS = 10_000;

export function createCcxtClient(parts: ClientParts): CcxtClient {
  const { access, bucket, nowMs } = parts;
  const passages = new AsyncLocalStorage<Passage>();
  let opened: Promise<CcxtExchangeClient> | null = null;
  const failure = (reason: string): CcxtReply => ({
    kind: 'failure',
    phase: 'beforeSend',
    reason: cleanText(reason, access),
  });
  const request = async (asked: CcxtRequest): Promise<CcxtReply> => {
    if (!(await bucket.take(asked.kind, asked.deadlineMs))) {
      return failure('no request was free below the rate limit in time');
    }
    opened ??= openExchange(parts, passages);
    const exchange = await opened;
    const passage: Passage = { asked, isTaken: false, answer: null };
    try {
      await passages.run(passage, () => asked.call(exchange));
    } catch (error) {
      if (!(error instanceof ReplyTaken) && passage.isTaken) throw error;
      if (!passage.isTaken) return failure(error instanceof Error ? error.message : String(error));
    }
    return passage.answer === null ? failure('ccxt asked for nothing') : replyOf(passage.answer);
  };
  const replyOf = (answer: HttpAnswer): CcxtReply => {
    if (answer.kind === 'failure') return { ...answer, reason: cleanText(answer.reason, access) };
    const { status, headers, body } = answer;
    if (status === TOO_MANY || status === BANNED) bucket.pauseUntil(nowMs() + pauseMs(headers));
    const json = jsonOf(body);
    const { code, message } = wireRefusal(json);
    return { kind: 'reply', status, json, code, message: message === null ? null : cleanText(message, access) };
  };
  return { request, nowMs };
}

async function openExchange(parts: ClientParts, passages: AsyncLocalStorage<Passage>): Promise<CcxtExchangeClient> {
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
    passage.isTaken = true;
    const wanted = { method, path: `${pathname}${search}`, headers, body };
    passage.answer = await passOn(wanted, passage.asked, parts);
    throw new ReplyTaken();
  };
  return exchange;
}

type Wanted = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

function passOn(wanted: Wanted, asked: CcxtRequest, { access, timeouts, nowMs }: ClientParts): Promise<HttpAnswer> {
  const { baseUrl, hosts, allowLoopback } = access;
  return requestOnce(asked.effect, {
    method: methodOf(wanted.method),
    path: wanted.path,
    ...{ baseUrl, hosts, allowLoopback },
    headers: { accept: 'application/json', ...wanted.headers },
    body: wanted.body ?? null,
    ...timeouts,
    bodyBytesMax: asked.bodyBytesMax ?? BODY_BYTES_MAX,
    guard: async () => (await asked.guard?.()) ?? lateness(asked.deadlineMs, nowMs()),
  });
}

function methodOf(method: string): 'GET' | 'POST' | 'DELETE' {
  if (method === 'GET' || method === 'POST' || method === 'DELETE') return method;
  throw new Error(`ccxt would send ${method}`);
}

function jsonOf(body: string): ExactValue {
  try {
    return parseExactJson(body);
  } catch {
    return null;
  }
}
