/** Orders from their intent to the one request that leaves for a venue. */
import type { Generated } from 'kysely';
import type { UnknownEvidence } from '../../domain/execution/resolve-unknown.ts';
import type { ExitReason, Leg, OrderSide, OrderState, OrderType } from '../../schemas/execution.ts';
import type { DefaultInstant, Instant, OptionalInstant } from './columns.ts';

/** What an intent and its order have in common. */
type OrderColumns = {
  decision_id: string;
  leg: Leg;
  client_order_id: string;
  account_id: string;
  strategy_id: string;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  quantity: string;
  limit_price: string | null;
  stop_price: string | null;
  distance_from_entry: string | null;
  leverage: number;
  reduce_only: boolean;
  reference_price: string | null;
  exit_reason: ExitReason | null;
  created_at: Instant;
};

export type OrderIntentsTable = OrderColumns & {
  group_id: string | null;
  epoch: number;
  reasoning: string | null;
  origin: string;
  policy_version: Generated<number | null>;
  recorded_at: DefaultInstant;
};

export type OrdersTable = OrderColumns & {
  session_id: string | null;
  venue: string;
  venue_order_id: string | null;
  state: OrderState;
  simulated: boolean;
  quantity_filled: string;
  sent_at: OptionalInstant;
  triggered_at: OptionalInstant;
  updated_at: DefaultInstant;
};

export type OrderSendsTable = {
  client_order_id: string;
  epoch: number;
  sends: number;
  refusals: Generated<number>;
  claimed_at: Instant;
  send_before: Instant;
  outcome: string | null;
  evidence: UnknownEvidence | null;
};

export type FencedWritesTable = { at: Instant; client_order_id: string; epoch: number; what: string };
