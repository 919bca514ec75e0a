/**
 * What makes two questions the same for the response cache: model, version of the prompt, rendered prompt, contract.
 */
import { sha256Hex } from '../canonical-json.ts';

export type CacheKey = {
  readonly model: string;
  readonly promptId: string;
  readonly promptVersion: number;
  readonly renderedHash: string;
  readonly contract: string;
  readonly contractVersion: number;
};

export const cacheKeyOf = (key: CacheKey): string =>
  sha256Hex(
    [key.model, key.promptId, key.promptVersion, key.renderedHash, key.contract, key.contractVersion].join('\n'),
  );
