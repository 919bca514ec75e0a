/**
 * Requests to an exchange with token bucket and timeouts, and replies as exact JSON; ccxt-exchange.ts lets them out.
 * It knows no orders. Whatever text leaves here as a reason or message is one line, short, and free of the key.
 */
import { cleanText, pauseMs } from '../reply-text.ts';
import type { TokenBucket } from '../token-bucket.ts';
import { asksForPause, jsonOf, type VenueReply } from '../venue-reply.ts';
import { wireRefusal } from './binance-numbers.ts';
import type { CcxtAccess } from './ccxt-config.ts';
import { type CcxtRequest, type CcxtTimeouts, createExchange } from './ccxt-exchange.ts';

export type CcxtClient = {
  readonly request: (request: CcxtRequest) => Promise<VenueReply>;
  readonly nowMs: () => number;
};

type ClientParts = {
  readonly access: CcxtAccess;
  readonly bucket: TokenBucket;
  readonly timeouts: CcxtTimeouts;
  readonly nowMs: () => number;
};

export function createCcxtClient({ access, bucket, timeouts, nowMs }: ClientParts): CcxtClient {
  const exchange = createExchange({ access, timeouts, nowMs });
  const failure = (reason: string): VenueReply => ({ kind: 'failure', phase: 'beforeSend', reason });
  const request = async (asked: CcxtRequest): Promise<VenueReply> => {
    if (!(await bucket.take(asked.kind, asked.deadlineMs))) {
      return failure('no request was free below the rate limit in time');
    }
    const answer = await exchange(asked);
    if (answer.kind === 'failure') return { ...answer, reason: cleanText(answer.reason, access) };
    const { status, headers, body } = answer;
    if (asksForPause(status)) bucket.pauseUntil(nowMs() + pauseMs(headers));
    const json = jsonOf(body);
    const { code, message } = wireRefusal(json);
    return { kind: 'reply', status, json, code, message: message === null ? null : cleanText(message, access) };
  };
  return { request, nowMs };
}
