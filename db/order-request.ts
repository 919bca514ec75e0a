/** An order before the gate: what asks to be let through, and what is asked with it. */
import type { GateSurroundings, OrderFacts } from '../domain/backtest/gate-input-of.ts';
import type { Decision, GateReason } from '../schemas/decision.ts';
import type { OrderIntent } from '../schemas/execution.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { DeskLimits } from '../schemas/risk.ts';
import type { JsonObject } from './tables.ts';

/** An order that asks to be let through: its intents, what the gate needs beside the account, where it comes from. */
export type OrderRequest = {
  readonly workflowId: string;
  readonly sessionId: string | null;
  readonly decisionId: string;
  readonly intents: readonly OrderIntent[];
  readonly facts: OrderFacts;
  /** Of a live account the mode is live, whatever stands here. */
  readonly surroundings: Omit<
    GateSurroundings,
    'policy' | 'killSwitch' | 'halts' | 'liveArmed' | 'strategyDisabled' | 'venue'
  >;
  /** What was asked of a live market for this order; written down with its decision. */
  readonly inputs?: JsonObject;
  /** Why the account must not trade beyond what its row says, such as books not compared yet; or null. */
  readonly halt: string | null;
  readonly killFile: string | null;
  /** What the policy says against an order of a model; absent for everybody else's. */
  readonly policy?: GateReason | null;
  readonly desk: DeskLimits;
  readonly venue: string;
  readonly reasoning: string | null;
  /** The session's fence; null for orders by hand. */
  readonly epoch: number | null;
  /** The decision of an order by hand, recorded with the answer; a session's is recorded already. */
  readonly decision: Omit<Decision, 'verdict'> | null;
};

/**
 * The gate judges the entry or the exit; its legs go with it. @throws
 * InvalidInput INPUT_ITEMS when nothing is to be sent
 */
export function firstOf({ intents }: OrderRequest): OrderIntent {
  const [first] = intents;
  if (first === undefined) throw new InvalidInput([problem('INPUT_ITEMS', 'intents', 0, 'at least one order')]);
  return first;
}
