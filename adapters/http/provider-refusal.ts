/** What a model provider says when it refuses a request, as a failure: its status, kinds of error and message. */
import type { IncomingHttpHeaders } from 'node:http';
import { failureOf } from '../../domain/llm/provider-failure.ts';
import { retryAfterMs } from '../../domain/llm/retry-after.ts';
import { ModelCallFailed } from '../../schemas/llm/model-call.ts';

export function refusalOf(status: number, headers: IncomingHttpHeaders, text: string): ModelCallFailed {
  const [kinds, message] = toldIn(text);
  const told = { retryAfter: headers['retry-after'] ?? null, retryAfterMs: textOf(headers['retry-after-ms']) };
  const waits = retryAfterMs(told, Date.now());
  const shouldRetry = SAID[textOf(headers['x-should-retry']) ?? ''] ?? null;
  return new ModelCallFailed(failureOf({ status, kinds, message, retryAfterMs: waits, shouldRetry }));
}

const SAID: Readonly<Record<string, boolean>> = { true: true, false: false };

const textOf = (value: string | string[] | undefined): string | null => (typeof value === 'string' ? value : null);

/** Type, code and message, wherever the provider puts them; a body that is not JSON is all message. */
function toldIn(text: string): readonly [kinds: string[], message: string] {
  const body = fieldsOf(parsed(text));
  const error = typeof body.error === 'object' ? fieldsOf(body.error) : body;
  const kinds = [error.type, error.code, error.__type].filter((one) => typeof one === 'string');
  const message = typeof error.message === 'string' ? error.message : text;
  return [kinds, message];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
