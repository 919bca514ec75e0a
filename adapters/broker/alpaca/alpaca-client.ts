/**
 * Requests to Alpaca with key, token bucket and timeouts, and replies as exact JSON. It knows no orders. Whatever text
 * leaves here as a reason or message is one line, short, and free of the key.
 */

import type { EffectName } from '../../effect.ts';
import { eventDataOf } from '../../http/event-stream.ts';
import type { ExactValue } from '../../http/exact-json.ts';
import { BODY_BYTES_MAX, requestOnce } from '../../http/venue-http.ts';
import { cleanText, lateness, pauseMs } from '../reply-text.ts';
import type { RequestKind, TokenBucket } from '../token-bucket.ts';
import { asksForPause, jsonOf, type VenueReply } from '../venue-reply.ts';
import type { AlpacaAccess } from './alpaca-config.ts';
import { wireRefusal } from './alpaca-wire.ts';

export type AlpacaRequest = {
  readonly effect: EffectName;
  readonly kind: RequestKind;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
  /** No byte leaves after this instant. */
  readonly deadlineMs: number;
  readonly guard?: () => Promise<string | null>;
  readonly bodyBytesMax?: number;
  /** The reply is a stream of events that ends by itself; it is read as the list of what they carry. */
  readonly isStream?: boolean;
};

export type AlpacaTimeouts = { readonly totalTimeoutMs: number; readonly idleTimeoutMs: number };
export type AlpacaClient = {
  readonly request: (request: AlpacaRequest) => Promise<VenueReply>;
  readonly nowMs: () => number;
};

type ClientParts = {
  readonly access: AlpacaAccess;
  readonly bucket: TokenBucket;
  readonly timeouts: AlpacaTimeouts;
  readonly nowMs: () => number;
};

export function createAlpacaClient({ access, bucket, timeouts, nowMs }: ClientParts): AlpacaClient {
  const clean = (text: string): string => cleanText(text, access);
  const request = async (asked: AlpacaRequest): Promise<VenueReply> => {
    if (!(await bucket.take(asked.kind, asked.deadlineMs))) {
      return { kind: 'failure', phase: 'beforeSend', reason: 'no request was free below the rate limit in time' };
    }
    const { baseUrl, hosts, allowLoopback } = access;
    const answer = await requestOnce(asked.effect, {
      method: asked.method,
      path: asked.path,
      ...{ baseUrl, hosts, allowLoopback },
      headers: { ...headersOf(access), ...(asked.isStream === true && { accept: 'text/event-stream' }) },
      body: asked.body === undefined ? null : JSON.stringify(asked.body),
      ...timeouts,
      bodyBytesMax: asked.bodyBytesMax ?? BODY_BYTES_MAX,
      guard: async () => (await asked.guard?.()) ?? lateness(asked.deadlineMs, nowMs()),
    });
    if (answer.kind === 'failure') return { ...answer, reason: clean(answer.reason) };
    const { status, headers, body } = answer;
    if (asksForPause(status)) bucket.pauseUntil(nowMs() + pauseMs(headers));
    const isEvents = asked.isStream === true && status === 200;
    const json = isEvents ? eventsOf(body) : jsonOf(body);
    const { code, message } = wireRefusal(json);
    return { kind: 'reply', status, json, code, message: message === null ? null : clean(message) };
  };
  return { request, nowMs };
}

const headersOf = ({ keyId, secret }: AlpacaAccess): Readonly<Record<string, string>> => ({
  'apca-api-key-id': keyId,
  'apca-api-secret-key': secret,
  accept: 'application/json',
  'content-type': 'application/json',
});

/** Null when one event cannot be read, or the venue says in a comment that some are missing. */
function eventsOf(body: string): ExactValue {
  const events = eventDataOf(body);
  if (events === null || events.comments.some((one) => LOSSES.test(one))) return null;
  const values = events.data.map(jsonOf);
  return values.includes(null) ? null : values;
}

/** What Alpaca writes as a comment of the stream when it has dropped events, or breaks off. */
const LOSSES = /dropped|internal server error/i;
