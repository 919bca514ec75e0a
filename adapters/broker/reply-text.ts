/**
 * What adapters say about requests and replies, and what they take from their headers. Text that leaves an adapter is
 * one line, short, and free of the key.
 */
import { cutText } from '../../schemas/cut-text.ts';
import type { HttpHeaders } from '../http/venue-http.ts';

const MESSAGE_LENGTH_MAX = 200;
/** A venue's wish for a pause is taken between these bounds. */
const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 300_000;

type Key = { readonly keyId: string; readonly secret: string };

/** Hides the key, also as it would stand in an address or a basic header, and cuts control signs and length. */
export function cleanText(text: string, { keyId, secret }: Key): string {
  const forms = [secret, keyId].flatMap((one) => [one, encodeURIComponent(one), btoa(one)]);
  const pair = btoa(`${keyId}:${secret}`);
  const hidden = [pair, ...forms].reduce((left, form) => left.replaceAll(form, '***'), text);
  return cutText(hidden.replace(/\p{C}+/gu, ' '), MESSAGE_LENGTH_MAX);
}

/** `Retry-After` in seconds, or as a date after the reply's own; anything else counts as the least pause. */
export function pauseMs(headers: HttpHeaders): number {
  const wish = headers['retry-after'];
  const seconds = Number(wish);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(String(wish)) - Date.parse(String(headers.date));
  return Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, Number.isFinite(ms) ? ms : 0));
}

/** Null while there is time to send. */
export const lateness = (deadlineMs: number, nowMs: number): string | null =>
  nowMs <= deadlineMs ? null : `the deadline for sending passed ${nowMs - deadlineMs} ms ago`;
