/**
 * Names of decisions, orders and fills. Each is a pure function of what it names, so a retry, a restart or a
 * second worker gets the same one. Not for names of sessions or workflows.
 */
import type { Leg, OrderIntent } from '../../schemas/execution.ts';
import { canonicalJson, sha256Hex } from '../canonical-json.ts';

const DECISION_HASH_LENGTH = 30;
const ORDER_HASH_LENGTH = 24;

/** Over the parts as a JSON list, so that ("ab", "c") and ("a", "bc") differ. */
const hashOf = (parts: readonly unknown[]): string => sha256Hex(canonicalJson(parts));

/** The id of decision number `sequence` of a workflow on an account: `d-` and 30 hex digits. */
export const decisionIdOf = (accountId: string, workflowId: string, sequence: number): string =>
  `d-${hashOf(['decision', accountId, workflowId, sequence]).slice(0, DECISION_HASH_LENGTH)}`;

/** The id of decisions that stand or fall together, out of the first one's: `g-` and 30 hex digits. */
export const groupIdOf = (decisionId: string): string =>
  `g-${hashOf(['group', decisionId]).slice(0, DECISION_HASH_LENGTH)}`;

/** The id of one leg of a decision: 24 hex digits and the leg, `[a-z0-9-]`, at most 36 characters. */
export const clientOrderIdOf = (decisionId: string, leg: Leg): string =>
  `${hashOf(['order', decisionId, leg]).slice(0, ORDER_HASH_LENGTH)}-${leg}`;

/**
 * The id of one fill of an order. The book passes the bar's open time as `n`: an order fills at most once in a bar,
 * so a bar that is matched twice gives the same id twice.
 */
export const tradeIdOf = (clientOrderId: string, n: number): string => `${clientOrderId}-${n}`;

/** What a venue calls the execution itself: of ids written `<time>::<execution>` the end, else the whole id. */
export const executionIdOf = (tradeId: string): string => tradeId.split('::').at(-1) ?? tradeId;

/** The id of the fill that takes a busted one back. */
export const bustIdOf = (tradeId: string): string => `bust-${tradeId}`;

/** The id of one funding payment of the position a decision opened. */
export const fundingIdOf = (decisionId: string, instantMs: number): string => `${decisionId}-funding-${instantMs}`;

/** What an approver signs: sha256 over the intents, whatever their order and whenever they were created. */
export function orderHashOf(intents: readonly OrderIntent[]): string {
  const sorted = [...intents].sort((a, b) => (a.clientOrderId < b.clientOrderId ? -1 : 1));
  return hashOf(sorted.map((intent) => ({ ...intent, createdAtMs: undefined })));
}
