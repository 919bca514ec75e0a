/** Decisions, why the gate refused them, and the people who were asked. */
import type { Generated } from 'kysely';
import type { Contribution, DecisionAction } from '../../schemas/decision.ts';
import type { DefaultInstant, Instant, JsonObject, OptionalInstant } from './columns.ts';

export type DecisionsTable = {
  decision_id: string;
  account_id: string;
  session_id: string | null;
  run: number;
  sequence: number;
  symbol: string;
  as_of: Instant;
  action: DecisionAction;
  target_fraction: number;
  confidence: number;
  size_fraction: number;
  stop_price: string | null;
  target_price: string | null;
  coverage: number;
  agreement: number;
  contributions: readonly Contribution[];
  inputs: JsonObject;
  no_decision: string | null;
  approved: boolean | null;
  policy_version: number;
  order_hash: string | null;
  group_id: string | null;
  correlation_id: string | null;
  model_cost_micro_usd: Generated<number>;
  recorded_at: DefaultInstant;
};

export type GateRefusalsTable = {
  decision_id: string;
  stage: string;
  rule: string;
  message: string;
  position: number;
  policy_version: Generated<number | null>;
  correlation_id: Generated<string | null>;
};

export type ApprovalsTable = {
  decision_id: string;
  order_hash: string;
  state: 'pending' | 'approved' | 'denied' | 'expired';
  reason: string | null;
  requested_at: Instant;
  expires_at: Instant;
  decided_at: OptionalInstant;
  decided_by: string | null;
};

/** The rows of `approvals` with what they are about. */
export type ApprovalRequestsView = ApprovalsTable & {
  account_id: string;
  session_id: string | null;
  symbol: string;
  action: DecisionAction;
};
