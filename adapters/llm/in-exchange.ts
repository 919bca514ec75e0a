/** One question over the network: opens the exchange, reads the stream, and tells every mishap as a ModelCallFailed. */
import { ModelCallFailed, type ModelReply, type ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import type { EffectName } from '../effect.ts';
import { type ExchangeLimits, type ModelExchange, openExchange } from '../http/model-http.ts';
import { notSent, protocolFailure, withoutKey } from './call-failure.ts';
import type { ModelCallOptions, ProviderHealth } from './model-provider.ts';
import { temperatureFor } from './sent-options.ts';
import { readStream, STREAM_BYTES_MAX } from './stream-reply.ts';
import { replyOf, type StreamAssembly } from './wire-reply.ts';

/** What every provider over the network is made of. */
export type ProviderParts = {
  readonly name: string;
  /** Null: it needs none, or none is set. */
  readonly key: string | null;
  readonly allowLoopback: boolean;
  /** @throws InvalidInput for a model that the registry does not have */
  readonly recordOf: (model: string) => ModelRecord;
};

export type Wire = {
  readonly assembly: StreamAssembly;
  /** Sends the request with its SDK and gives the reply as it comes. */
  readonly send: (exchange: ModelExchange) => Promise<Response>;
};

const REQUEST_ID_HEADERS = ['request-id', 'x-request-id', 'x-amzn-requestid'];

/** @throws ModelCallFailed and nothing else */
export function askOverHttp(
  parts: ProviderParts,
  request: ModelRequest,
  { baseUrl, signal, onProgress }: ModelCallOptions,
  wireOf: (record: ModelRecord) => Wire,
): Promise<ModelReply> {
  const { idleTimeoutMs, totalTimeoutMs } = request;
  const { allowLoopback, key } = parts;
  const limits = {
    baseUrl,
    key,
    allowLoopback,
    idleTimeoutMs,
    totalTimeoutMs,
    bytesMax: STREAM_BYTES_MAX,
    signal,
    onProgress,
  };
  return inExchange('model.ask', limits, async (exchange) => {
    const record = parts.recordOf(request.model);
    const { assembly, send } = wireOf(record);
    const response = await send(exchange);
    const wire = await readStream(response, assembly);
    const ids = REQUEST_ID_HEADERS.map((name) => response.headers.get(name));
    const providerRequestId = ids.find((id) => id !== null) ?? null;
    return replyOf(wire, { temperatureSent: temperatureFor(request, record), providerRequestId });
  });
}

/** `key`: never told in a failure. */
type KeyedLimits = ExchangeLimits & { readonly key: string | null };

/** @throws ModelCallFailed and nothing else */
export async function inExchange<T>(
  name: EffectName,
  { key, ...limits }: KeyedLimits,
  run: (exchange: ModelExchange) => Promise<T>,
): Promise<T> {
  let exchange: ModelExchange | null = null;
  try {
    exchange = openExchange(name, limits);
    return await run(exchange);
  } catch (error) {
    throw withoutKey(exchange?.failure() ?? asFailure(error), key);
  } finally {
    exchange?.close();
  }
}

function asFailure(error: unknown): ModelCallFailed {
  if (error instanceof ModelCallFailed) return error;
  if (error instanceof InvalidInput) return notSent('LLM_BAD_REQUEST', error.message);
  return protocolFailure(error instanceof Error ? error.message : String(error));
}

const HEALTH_TIMEOUT_MS = 5_000;
const HEALTH_BYTES_MAX = 1_048_576;

/** Never throws. `look` gives the models that it found, or null when the provider does not tell any. */
export async function healthOverHttp(
  { allowLoopback, key }: Pick<ProviderParts, 'allowLoopback' | 'key'>,
  baseUrl: string,
  look: (exchange: ModelExchange) => Promise<readonly string[] | null>,
): Promise<ProviderHealth> {
  const startedAtMs = Date.now();
  const timeouts = { idleTimeoutMs: HEALTH_TIMEOUT_MS, totalTimeoutMs: HEALTH_TIMEOUT_MS };
  const limits = { baseUrl, key, allowLoopback, ...timeouts, bytesMax: HEALTH_BYTES_MAX };
  try {
    const models = await inExchange('model.look', limits, look);
    const detail = models === null ? 'it answers' : `it serves ${models.length} models`;
    return { ok: true, detail, latencyMs: Date.now() - startedAtMs, models };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, detail, latencyMs: Date.now() - startedAtMs, models: null };
  }
}
