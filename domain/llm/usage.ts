/**
 * Judges the token counts that a provider reports. What is missing, negative, broken or larger than any model could use
 * is no usage at all: the call then stays charged at its reservation (LLM_USAGE_INVALID), never at nothing.
 */
import type { ModelUsage } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';

/** Chosen: fifty times the largest context there is. */
const TOKENS_MAX = 100_000_000;

type Told = { readonly [K in keyof Required<ModelUsage>]: unknown };

/** A cache count that is absent or null is zero; the two main counts must be there. */
export function usageOf(told: Told): ModelUsage | null {
  const tokensIn = countOf(told.tokensIn);
  const tokensOut = countOf(told.tokensOut);
  const tokensCachedRead = countOf(told.tokensCachedRead ?? 0);
  const tokensCachedWrite = countOf(told.tokensCachedWrite ?? 0);
  const hour = countOf(told.tokensCachedWriteHour ?? 0);
  if (tokensIn === null || tokensOut === null || tokensCachedRead === null) return null;
  if (tokensCachedWrite === null || hour === null || hour > tokensCachedWrite) return null;
  return {
    ...{ tokensIn, tokensCachedRead, tokensCachedWrite, tokensOut },
    ...(hour > 0 ? { tokensCachedWriteHour: hour } : {}),
  };
}

/** For a provider whose input count includes what came from its cache and went to it. */
export function usageOfWhole(told: Omit<Told, 'tokensCachedWriteHour'>): ModelUsage | null {
  const whole = countOf(told.tokensIn);
  const cached = countOf(told.tokensCachedRead ?? 0);
  const written = countOf(told.tokensCachedWrite ?? 0);
  if (whole === null || cached === null || written === null) return null;
  return usageOf({ ...told, tokensIn: whole - cached - written, tokensCachedWriteHour: 0 });
}

/**
 * The usage that was told, if this model can have had it: neither what it read nor what it wrote is more than its
 * context holds. One reply that tells millions would else use up the day of everybody.
 */
export function possibleUsage(usage: ModelUsage | null, { contextTokens }: ModelRecord): ModelUsage | null {
  if (usage === null) return null;
  const { tokensIn, tokensCachedRead, tokensCachedWrite, tokensOut } = usage;
  return Math.max(tokensIn + tokensCachedRead + tokensCachedWrite, tokensOut) <= contextTokens ? usage : null;
}

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX ? value : null;
