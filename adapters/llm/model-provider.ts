/**
 * The port to whoever answers: one file a provider beside this one, one line in registered-providers.ts, and the suite
 * test/contracts/model-provider-contract.ts. A provider asks once: no retry, no fallback, no budget, no record.
 */
import type { ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelBatches } from './model-batches.ts';

export type ModelCallOptions = {
  /** One of the provider's addresses; empty for what answers inside this process. */
  readonly baseUrl: string;
  /** Ends the call at once: LLM_ABORTED. */
  readonly signal?: AbortSignal;
  /** Told whenever something arrived: a heartbeat hangs on it. */
  readonly onProgress?: () => void;
};

export type ProviderHealth = {
  readonly ok: boolean;
  /** What was found, in one line: how it answered, or why not. */
  readonly detail: string;
  readonly latencyMs: number;
  /** The models it says it serves; null when it was not asked or did not say. */
  readonly models: readonly string[] | null;
};

export type ModelProvider = {
  readonly name: string;
  /**
   * One reply, whole. Where the provider streams, the stream is read in here and counts only when its last event came.
   * @throws ModelCallFailed and nothing else
   */
  readonly generate: (request: ModelRequest, options: ModelCallOptions) => Promise<ModelReply>;
  /** Where it takes many questions at once, for less. */
  readonly batches?: ModelBatches;
  /** Costs no tokens. Never throws. */
  readonly health: (baseUrl: string) => Promise<ProviderHealth>;
};
