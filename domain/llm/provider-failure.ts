/**
 * What a provider's refusal means: an HTTP status, or an error that it tells inside a stream after a 200, which is
 * judged by its type as a status would be. A spend cap and a wrong key are final; being too many, or too busy, is not.
 */
import type { ModelFailure, ModelFailureCode } from '../../schemas/llm/model-call.ts';

export type ToldError = {
  /** Null inside a stream. */
  readonly status: number | null;
  /** Its type and code, where it tells any. */
  readonly kinds: readonly string[];
  readonly message: string;
  readonly retryAfterMs: number | null;
};

const RETRYABLE: readonly ModelFailureCode[] = ['LLM_RATE_LIMITED', 'LLM_OVERLOADED', 'PROVIDER_DOWN', 'LLM_TIMEOUT'];
const SPENT = /insufficient_quota|billing|spend(ing)?[ _-]?(cap|limit)|credit balance|quota exceeded|budget/i;

/** Ordered: the first that fits. Types of Anthropic, OpenAI and AWS. */
const BY_KIND: readonly (readonly [RegExp, ModelFailureCode])[] = [
  [/rate_limit|too_many_requests|throttling/i, 'LLM_RATE_LIMITED'],
  [/overloaded|slow_down|service_?unavailable|engine_overloaded/i, 'LLM_OVERLOADED'],
  [/authentication|permission|invalid_api_key|access_?denied|unrecognizedclient|invalidsignature/i, 'LLM_AUTH'],
  [/timeout|timed_out/i, 'LLM_TIMEOUT'],
  [/api_error|server_error|internal/i, 'PROVIDER_DOWN'],
  [/invalid_request|invalid_prompt|not_found|validation|request_too_large|context_length/i, 'LLM_BAD_REQUEST'],
];

const BY_STATUS: Readonly<Record<number, ModelFailureCode>> = {
  401: 'LLM_AUTH',
  402: 'LLM_SPEND_CAP',
  403: 'LLM_AUTH',
  408: 'LLM_TIMEOUT',
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
    retryable: RETRYABLE.includes(code),
    retryAfterMs: told.retryAfterMs,
    mayHaveBeenBilled: told.status === null || isBilledStatus(told.status),
    detail: printable(detail),
  };
}

function codeOf({ status, kinds, message }: ToldError): ModelFailureCode {
  const isRefusal = status === null || (status >= 400 && status < 500);
  if (isRefusal && [...kinds, message].some((text) => SPENT.test(text))) return 'LLM_SPEND_CAP';
  if (status !== null) return codeOfStatus(status);
  const found = BY_KIND.find(([pattern]) => kinds.some((kind) => pattern.test(kind)));
  return found?.[1] ?? 'LLM_PROTOCOL';
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
  text
    .replace(SECRETS, '[secret]')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, DETAIL_LENGTH_MAX);
