/**
 * How long a provider wants us to wait, out of `retry-after-ms` (ms) and `retry-after` (seconds,
 * or an HTTP date, RFC 9110 10.2.3). Held between 1 s and 5 min: a date in the past, 0 and a
 * negative number mean 1 s, next year means 5 min.
 */

export const RETRY_AFTER_MS_MIN = 1_000;
export const RETRY_AFTER_MS_MAX = 300_000;

export type RetryHeaders = { readonly retryAfter: string | null; readonly retryAfterMs: string | null };

/** Null when it says nothing that can be read. */
export function retryAfterMs({ retryAfter, retryAfterMs: exact }: RetryHeaders, nowMs: number): number | null {
  const asked = numberOf(exact) ?? secondsOf(retryAfter) ?? untilDate(retryAfter, nowMs);
  return asked === null ? null : Math.min(RETRY_AFTER_MS_MAX, Math.max(RETRY_AFTER_MS_MIN, Math.round(asked)));
}

const NUMBER = /^\s*[+-]?[0-9]+(\.[0-9]+)?\s*$/;
const DATE = /^\s*([A-Z][a-z]{2,8},? )?\S+[ -][A-Z][a-z]{2}[ -].*[0-9]{2}:[0-9]{2}:[0-9]{2}/;

const numberOf = (text: string | null): number | null => (text !== null && NUMBER.test(text) ? Number(text) : null);

function secondsOf(text: string | null): number | null {
  const seconds = numberOf(text);
  return seconds === null ? null : seconds * 1_000;
}

function untilDate(text: string | null, nowMs: number): number | null {
  const atMs = text !== null && DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs - nowMs;
}
