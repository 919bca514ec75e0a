/**
 * What a provider's refusal means: an HTTP status, or an error that it tells inside a stream after a 200, which is
 * judged by its type as a status would be. A spend cap and a wrong key are final; being too many, or too busy, is not.
 */
import { cutText } from '../../schemas/cut-text.ts';
import type { ModelFailure, ModelFailureCode } from '../../schemas/llm/model-call.ts';

export type ToldError = {
  /** Null inside a stream. */
  readonly status: number | null;
  /** Its type and code, where it tells any. */
  readonly kinds: readonly string[];
  readonly message: string;
  readonly retryAfterMs: number | null;
  /** What it says itself (`x-should-retry`); null: nothing. */
  readonly shouldRetry?: boolean | null;
};

const RETRYABLE: readonly ModelFailureCode[] = ['LLM_RATE_LIMITED', 'LLM_OVERLOADED', 'PROVIDER_DOWN', 'LLM_TIMEOUT'];
const SPENT_KINDS = [
  /insufficient_(quota|balance|credits|funds)|billing|quota_?exceeded|budget_exceeded/i,
  /spend(ing)?[ _-]?(cap|limit)/i,
];
/** Of messages only whole expressions: a rate limit links to the billing page, a bad field comes with its name. */
const SPENT_MESSAGES = [
  /credit balance|exceeded your (current )?quota|quota exceeded|budget has been exceeded|billing hard limit/i,
  /spend(ing)?[ _-]?(cap|limit)|API usage limits|insufficient (balance|credits|funds|quota)/i,
];
const TOO_MANY = /rate_limit|too_many_requests|throttling/i;

/** Ordered: the first that fits. Types of Anthropic, OpenAI and AWS. */
const BY_KIND: readonly (readonly [RegExp, ModelFailureCode])[] = [
  [TOO_MANY, 'LLM_RATE_LIMITED'],
  [/overloaded|slow_down|service_?unavailable|engine_overloaded/i, 'LLM_OVERLOADED'],
  [/authentication|permission|invalid_api_key|access_?denied|unrecognizedclient|invalidsignature/i, 'LLM_AUTH'],
  [/timeout|timed_out/i, 'LLM_TIMEOUT'],
  [/api_error|server_error|internal/i, 'PROVIDER_DOWN'],
  [/invalid_request|bad_?request|invalid_prompt|not_found|validation/i, 'LLM_BAD_REQUEST'],
  [/request_too_large|context_length/i, 'LLM_BAD_REQUEST'],
];

const BY_STATUS: Readonly<Record<number, ModelFailureCode>> = {
  401: 'LLM_AUTH',
  402: 'LLM_SPEND_CAP',
  403: 'LLM_AUTH',
  408: 'LLM_TIMEOUT',
  409: 'LLM_OVERLOADED',
  429: 'LLM_RATE_LIMITED',
  503: 'LLM_OVERLOADED',
  529: 'LLM_OVERLOADED',
};

export function failureOf(told: ToldError): ModelFailure {
  const code = codeOf(told);
  const status = told.status === null ? 'in the stream' : `status ${told.status}`;
  const detail = `${status}${told.kinds.map((kind) => ` ${kind}`).join('')}: ${told.message}`;
  return {
    code,
    retryable: code !== 'LLM_SPEND_CAP' && (told.shouldRetry ?? RETRYABLE.includes(code)),
    retryAfterMs: told.retryAfterMs,
    mayHaveBeenBilled: told.status === null || isBilledStatus(told.status),
    detail: printable(detail),
  };
}

function codeOf({ status, kinds, message }: ToldError): ModelFailureCode {
  const isRefusal = status === null || (status >= 400 && status < 500);
  if (isRefusal && isSpent(kinds, message)) return 'LLM_SPEND_CAP';
  if (status !== null) return codeOfStatus(status);
  const found = BY_KIND.find(([pattern]) => kinds.some((kind) => pattern.test(kind)));
  const named = kinds.find((kind) => /^[45]\d\d$/.test(kind));
  return found?.[1] ?? (named === undefined ? 'LLM_PROTOCOL' : codeOfStatus(Number(named)));
}

function isSpent(kinds: readonly string[], message: string): boolean {
  const isIn = (patterns: readonly RegExp[], text: string): boolean => patterns.some((pattern) => pattern.test(text));
  if (kinds.some((kind) => isIn(SPENT_KINDS, kind))) return true;
  return !kinds.some((kind) => TOO_MANY.test(kind)) && isIn(SPENT_MESSAGES, message);
}

function codeOfStatus(status: number): ModelFailureCode {
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'PROVIDER_DOWN';
  return status >= 400 ? 'LLM_BAD_REQUEST' : 'LLM_PROTOCOL';
}

/** A refusal with a 4xx, and one for being busy, is given before any work. */
const isBilledStatus = (status: number): boolean => status >= 500 && status !== 503 && status !== 529;

const DETAIL_LENGTH_MAX = 300;
const SECRETS = /\b(sk-|key-|AKIA|ASIA)[A-Za-z0-9_*-]{4,}|Bearer\s+\S+|([?&](?:key|token)=)[^&\s]+/gi;

/** Some providers repeat the key that they refuse. */
export const printable = (text: string): string =>
  cutText(text.replace(SECRETS, '[secret]').replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' '), DETAIL_LENGTH_MAX);
