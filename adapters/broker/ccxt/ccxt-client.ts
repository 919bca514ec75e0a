/**
 * Requests to an exchange with token bucket and timeouts, and replies as exact JSON; ccxt-exchange.ts lets them out.
 * It knows no orders. Whatever text leaves here as a reason or message is one line, short, and free of the key.
 */
import { type ExactValue, parseExactJson } from '../../http/exact-json.ts';
import type { FailurePhase } from '../../http/venue-http.ts';
import { cleanText, pauseMs } from '../reply-text.ts';
import type { TokenBucket } from '../token-bucket.ts';
import { wireRefusal } from './binance-numbers.ts';
import type { CcxtAccess } from './ccxt-config.ts';
import { type CcxtRequest, type CcxtTimeouts, createExchange } from './ccxt-exchange.ts';

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

const TOO_MANY = 429;
const BANNED = 418;

export function createCcxtClient({ access, bucket, timeouts, nowMs }: ClientParts): CcxtClient {
  const exchange = createExchange({ access, timeouts, nowMs });
  const failure = (reason: string): CcxtReply => ({ kind: 'failure', phase: 'beforeSend', reason });
  const request = async (asked: CcxtRequest): Promise<CcxtReply> => {
    if (!(await bucket.take(asked.kind, asked.deadlineMs))) {
      return failure('no request was free below the rate limit in time');
    }
    const answer = await exchange(asked);
    if (answer.kind === 'failure') return { ...answer, reason: cleanText(answer.reason, access) };
    const { status, headers, body } = answer;
    if (status === TOO_MANY || status === BANNED) bucket.pauseUntil(nowMs() + pauseMs(headers));
    const json = jsonOf(body);
    const { code, message } = wireRefusal(json);
    return { kind: 'reply', status, json, code, message: message === null ? null : cleanText(message, access) };
  };
  return { request, nowMs };
}

function jsonOf(body: string): ExactValue {
  try {
    return parseExactJson(body);
  } catch {
    return null;
  }
}
