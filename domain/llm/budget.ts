/**
 * Where a call is charged and how many tokens it can read in at most. A cap is hard only when the
 * reservation is an upper bound, so text counts one token a byte of UTF-8: no byte-level tokenizer
 * makes more. Prices: cost.ts. Whole micro-USD.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { BudgetLimits, FullScope, ScopeLimit } from '../../schemas/llm/budget.ts';
import type { ModelRequest } from '../../schemas/llm/model-call.ts';

export type Charged = {
  readonly askKey: string;
  readonly sessionId: string | null;
  readonly decisionId: string | null;
};

/**
 * The scopes of a call made at `nowMs` (wall time): call, decision and session where there is one, UTC day and month.
 */
export function scopesOf(charged: Charged, limits: BudgetLimits, nowMs: number): ScopeLimit[] {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const { askKey, decisionId, sessionId } = charged;
  return [
    { scope: 'call', key: askKey, limitMicroUsd: limits.callMicroUsd },
    ...(decisionId === null
      ? []
      : [{ scope: 'decision' as const, key: decisionId, limitMicroUsd: limits.decisionMicroUsd }]),
    ...(sessionId === null
      ? []
      : [{ scope: 'session' as const, key: sessionId, limitMicroUsd: limits.sessionMicroUsd }]),
    { scope: 'day', key: day, limitMicroUsd: limits.dayMicroUsd },
    { scope: 'month', key: day.slice(0, 7), limitMicroUsd: limits.monthMicroUsd },
  ];
}

/** Tokens that a vendor adds around a message, a tool or a schema. Chosen, well above what vendors tell. */
const FRAME_TOKENS = 64;

/** No request like this can read in more tokens. */
export function promptTokensMax({ system, messages, tools, answer }: ModelRequest): number {
  const bytes = utf8ToBytes(JSON.stringify({ system, messages, tools, answer })).length;
  return bytes + FRAME_TOKENS * (2 + messages.length + tools.length);
}

/** One line: which scope has no room, and for how much. */
export const describeFull = (full: readonly FullScope[], amountMicroUsd: number): string =>
  full
    .map(
      ({ scope, key, limitMicroUsd, leftMicroUsd }) =>
        `${scope} ${key}: ${leftMicroUsd} of ${limitMicroUsd} micro-USD left, ${amountMicroUsd} needed`,
    )
    .join('; ');
