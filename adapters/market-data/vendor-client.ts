/**
 * Asks a vendor until it answers: below its rate limit, with pauses where it wants them, again after 429, 5xx and
 * broken connections, and only until a deadline. Reads only. What comes back is exact JSON with the vendor's time; a
 * clock that does not agree with ours is refused, because by it a bar is judged closed.
 */
import { CLOCK_SKEW_MAX_MS } from '../../domain/market/staleness.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import { pauseMs } from '../broker/reply-text.ts';
import type { TokenBucket } from '../broker/token-bucket.ts';
import { type ExactValue, InexactJson, parseExactJson } from '../http/exact-json.ts';
import type { HttpAnswer, HttpHeaders } from '../http/venue-http.ts';

/** `atMs`: the vendor's clock, cut to whole seconds as its header tells it. */
export type VendorReply = { readonly json: ExactValue; readonly body: string; readonly atMs: number };

export type VendorClientParts = {
  readonly bucket: TokenBucket;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** How long one question may take with all its repetitions. */
  readonly giveUpAfterMs: number;
  /** Hides keys in text. */
  readonly clean: (text: string) => string;
};
/** `place` names vendor and path in problems. */
export type VendorQuestion = { readonly place: string; readonly send: () => Promise<HttpAnswer> };

type Asked = { readonly askedAtMs: number; readonly answeredAtMs: number };
type Response = Extract<HttpAnswer, { kind: 'response' }>;
type Missed = { readonly problem: Problem; readonly waitMs: number };

const ATTEMPTS_MAX = 10;
const BACKOFF_MS_MIN = 250;
const BACKOFF_MS_MAX = 30_000;
const RATE_STATUSES: readonly number[] = [418, 429];
const AGAIN_STATUSES: readonly number[] = [408, 425];
const SECOND_MS = 1_000;

/** @throws VendorFailure */
export async function askVendor(parts: VendorClientParts, question: VendorQuestion): Promise<VendorReply> {
  const { answer, asked } = await askForText(parts, question);
  return readReply(question.place, answer, asked);
}

/** The answer as it came, whatever it is written in. @throws VendorFailure */
export async function askForText(
  parts: VendorClientParts,
  { place, send }: VendorQuestion,
): Promise<{ readonly answer: Response; readonly asked: Asked }> {
  const untilMs = parts.nowMs() + parts.giveUpAfterMs;
  let last: Problem = limitProblem(place);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (!(await parts.bucket.take('read', untilMs))) throw new VendorFailure([last]);
    const askedAtMs = parts.nowMs();
    const answer = await send();
    const asked = { askedAtMs, answeredAtMs: parts.nowMs() };
    if (answer.kind === 'response' && answer.status === 200) return { answer, asked };
    const missed = judgeMiss(parts, place, answer, attempt);
    last = missed.problem;
    if (parts.nowMs() + missed.waitMs > untilMs) break;
    await parts.sleep(missed.waitMs);
  }
  throw new VendorFailure([last]);
}

/** Why there is no answer yet and how long to wait. @throws VendorFailure where asking again is no use */
function judgeMiss(parts: VendorClientParts, place: string, answer: HttpAnswer, attempt: number): Missed {
  const backoffMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** attempt);
  const expected = 'a whole answer';
  if (answer.kind === 'failure') {
    return { problem: problem('VENDOR_UNREACHABLE', place, parts.clean(answer.reason), expected), waitMs: backoffMs };
  }
  const got = parts.clean(`HTTP ${answer.status} ${answer.body}`);
  if (RATE_STATUSES.includes(answer.status)) {
    const waitMs = Math.max(backoffMs, pauseMs(answer.headers));
    parts.bucket.pauseUntil(parts.nowMs() + waitMs);
    return { problem: problem('VENDOR_RATE_LIMITED', place, got, expected, 'wait and ask again'), waitMs };
  }
  if (answer.status >= 500 || AGAIN_STATUSES.includes(answer.status)) {
    const waitMs = answer.headers['retry-after'] === undefined ? backoffMs : pauseMs(answer.headers);
    return { problem: problem('VENDOR_UNREACHABLE', place, got, expected), waitMs };
  }
  throw new VendorFailure([problem('VENDOR_REFUSED', place, got, 'HTTP 200', refusalHint(answer.status))]);
}

const limitProblem = (place: string): Problem =>
  problem('VENDOR_RATE_LIMITED', place, 'no request was free in time', 'a request below the rate limit');

function refusalHint(status: number): string {
  if (status === 401) return 'is the key right?';
  return status === 403 ? 'may this key read this feed?' : '';
}

function readReply(place: string, { body, headers }: Response, asked: Asked): VendorReply {
  return { json: readJson(place, body), body, atMs: readClock(place, headers, asked) };
}

function readJson(place: string, body: string): ExactValue {
  try {
    return parseExactJson(body);
  } catch (error) {
    if (!(error instanceof InexactJson)) throw error;
    throw new VendorFailure([problem('VENDOR_REPLY', place, body, `JSON (${error.message})`)]);
  }
}

/**
 * @throws VendorFailure CLOCK_SKEW where even the slowest reading of question and answer does not bring them together
 */
function readClock(place: string, headers: HttpHeaders, { askedAtMs, answeredAtMs }: Asked): number {
  const atMs = Date.parse(String(headers.date));
  if (Number.isNaN(atMs)) {
    throw new VendorFailure([problem('VENDOR_REPLY', `${place} Date`, headers.date, 'the time in the header Date')]);
  }
  const aheadMs = atMs - answeredAtMs;
  const behindMs = askedAtMs - (atMs + SECOND_MS);
  if (aheadMs <= CLOCK_SKEW_MAX_MS && behindMs <= CLOCK_SKEW_MAX_MS) return atMs;
  const got = `a clock ${Math.max(aheadMs, behindMs) / SECOND_MS} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`;
  const expected = `at most ${CLOCK_SKEW_MAX_MS / SECOND_MS} s`;
  throw new VendorFailure([problem('CLOCK_SKEW', place, got, expected, 'set the clock of this machine')]);
}
