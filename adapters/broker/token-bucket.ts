/**
 * Keeps the requests of this process below a venue's limit. In any minute at most `requestsPerMinute` pass, some at
 * once and the rest spread; the last ones of the store are kept for cancels. Who cannot pass in time is told so.
 * In memory: processes that share an account share the limit by configuration.
 */

export type RequestKind = 'order' | 'read' | 'cancel';

export type TokenBucket = {
  /** Waits for a token until `untilMs` (epoch ms) at most; false: none came in time, nothing was taken. */
  readonly take: (kind: RequestKind, untilMs: number) => Promise<boolean>;
  /** The venue asked for a pause: only cancels pass before `untilMs`. A pause is never shortened. */
  readonly pauseUntil: (untilMs: number) => void;
};

export type TokenBucketParts = {
  readonly requestsPerMinute: number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

const MINUTE_MS = 60_000;
/** A fifth of the minute's requests may pass at once; a quarter of those is for cancels only. */
const BURST_PART = 5;
const RESERVE_PART = 4;
const POLL_MS_MIN = 1;

/** @throws RangeError below 10 requests a minute: no reserve could be kept */
export function createTokenBucket({ requestsPerMinute, nowMs, sleep }: TokenBucketParts): TokenBucket {
  if (!(requestsPerMinute >= 10)) throw new RangeError(`at least 10 requests a minute, got ${requestsPerMinute}`);
  const capacity = Math.floor(requestsPerMinute / BURST_PART);
  const reserve = Math.max(1, Math.floor(capacity / RESERVE_PART));
  const tokensPerMs = (requestsPerMinute - capacity) / MINUTE_MS;
  let tokens = capacity;
  let filledAtMs = nowMs();
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  const refill = (now: number): void => {
    tokens = Math.min(capacity, tokens + Math.max(0, now - filledAtMs) * tokensPerMs);
    filledAtMs = now;
  };
  const waitMs = (kind: RequestKind, now: number): number => {
    const needed = kind === 'cancel' ? 1 : 1 + reserve;
    const pauseMs = kind === 'cancel' ? 0 : pausedUntilMs - now;
    return Math.max(0, pauseMs, (needed - tokens) / tokensPerMs);
  };
  return {
    async take(kind, untilMs) {
      for (;;) {
        const now = nowMs();
        refill(now);
        const wait = waitMs(kind, now);
        if (wait <= 0) {
          tokens -= 1;
          return true;
        }
        if (!(now + wait <= untilMs)) return false;
        await sleep(Math.max(POLL_MS_MIN, Math.ceil(wait)));
      }
    },
    pauseUntil(untilMs) {
      pausedUntilMs = Math.max(pausedUntilMs, untilMs);
    },
  };
}
