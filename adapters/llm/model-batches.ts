/**
 * Many questions handed over at once and answered within a day, for less money: what some providers offer beside
 * `generate`. A provider hands over once: what became of a batch whose handing over was cut short is found by `find`.
 */
import type { ModelFailure, ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';

/** `id`: letters, digits and dashes, at most 64, its own over all batches of the desk. */
export type BatchItem = { readonly id: string; readonly request: ModelRequest };

export type BatchAnswer =
  | { readonly kind: 'replied'; readonly reply: ModelReply }
  | { readonly kind: 'failed'; readonly failure: ModelFailure };

export type BatchLook =
  | { readonly kind: 'running' }
  /** By the item's id; an item that is not in there was never answered. */
  | { readonly kind: 'ended'; readonly answers: ReadonlyMap<string, BatchAnswer> };

export type HandedOver = { readonly key: string; readonly sinceMs: number; readonly itemIds: readonly string[] };

/** `maybe`: one is there that may be it, and cannot be told before it has ended. */
export type BatchFound =
  | { readonly kind: 'found'; readonly batchId: string }
  | { readonly kind: 'maybe' }
  | { readonly kind: 'none' };

/** As of one call: an address, and who is told that something arrived. */
type BatchOptions = { readonly baseUrl: string; readonly signal?: AbortSignal; readonly onProgress?: () => void };

/** @throws ModelCallFailed and nothing else */
export type ModelBatches = {
  /** @returns the provider's own id of the batch */
  readonly submit: (key: string, items: readonly BatchItem[], options: BatchOptions) => Promise<string>;
  readonly look: (batchId: string, options: BatchOptions) => Promise<BatchLook>;
  readonly find: (handedOver: HandedOver, options: BatchOptions) => Promise<BatchFound>;
};
