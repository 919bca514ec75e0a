/** One request about a batch: its own exchange, its reply whole, checked and parsed. */
import type { z } from 'zod';
import { failureOf } from '../../domain/llm/provider-failure.ts';
import { type ModelFailure, REPLY_DEPTH_MAX } from '../../schemas/llm/model-call.ts';
import { isDeeperThan } from '../http/json-depth.ts';
import type { ModelExchange } from '../http/model-http.ts';
import { protocolFailure } from './call-failure.ts';
import { inExchange, type ProviderParts } from './in-exchange.ts';
import type { BatchAnswer } from './model-batches.ts';
import type { ModelCallOptions } from './model-provider.ts';

const TOTAL_TIMEOUT_MS = 120_000;
const IDLE_TIMEOUT_MS = 30_000;
/** A day's screening comes back in one file. */
const BYTES_MAX = 33_554_432;

/** @throws ModelCallFailed */
export function batchText(
  { allowLoopback, key }: Pick<ProviderParts, 'allowLoopback' | 'key'>,
  { baseUrl, signal, onProgress }: ModelCallOptions,
  send: (exchange: ModelExchange) => Promise<Response>,
): Promise<string> {
  const timeouts = { idleTimeoutMs: IDLE_TIMEOUT_MS, totalTimeoutMs: TOTAL_TIMEOUT_MS, bytesMax: BYTES_MAX };
  const limits = { baseUrl, key, allowLoopback, ...timeouts, signal, onProgress };
  return inExchange('model.ask', limits, async (exchange) => (await send(exchange)).text());
}

/** @throws ModelCallFailed LLM_PROTOCOL */
export function parsedAs<S extends z.ZodType>(schema: S, text: string, name: string): z.output<S> {
  if (isDeeperThan(text, REPLY_DEPTH_MAX)) throw protocolFailure(`${name} nests deeper than ${REPLY_DEPTH_MAX}`);
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw protocolFailure(`${name} is not what the format says`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * JSON lines as one value a line; an empty line is none. A line that is broken costs its own item only; where all are,
 * this is no such file. @throws ModelCallFailed LLM_PROTOCOL
 */
export function linesAs<S extends z.ZodType>(schema: S, text: string, name: string): z.output<S>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const read = lines.flatMap((line) => {
    const parsed = isDeeperThan(line, REPLY_DEPTH_MAX) ? null : schema.safeParse(jsonOf(line));
    return parsed?.success === true ? [parsed.data] : [];
  });
  if (read.length === 0 && lines.length > 0) throw protocolFailure(`${name} is not what the format says`);
  return read;
}

/** What a provider tells of an item that it did not answer; nothing was done for it. */
export const itemFailed = (kinds: readonly (string | null | undefined)[], message: string): BatchAnswer => {
  const named = kinds.filter((one) => typeof one === 'string');
  const failure: ModelFailure = failureOf({ status: null, kinds: named, message, retryAfterMs: null });
  return { kind: 'failed', failure: { ...failure, mayHaveBeenBilled: false } };
};
