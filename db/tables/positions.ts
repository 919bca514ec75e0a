/** What orders brought: fills, the positions that they make, closed trades; the clocks of the paper book. */
import type { Generated } from 'kysely';
import type { ClosedTrade, OrderSide, TripRow } from '../../schemas/execution.ts';
import type { VenueFill } from '../../schemas/venue.ts';
import type { DefaultInstant, Instant, JsonObject, OptionalInstant } from './columns.ts';

export type FillsTable = {
  venue: string;
  account_id: string;
  trade_id: string;
  client_order_id: string;
  strategy_id: string;
  symbol: string;
  side: OrderSide;
  quantity: string;
  price: string;
  fee: string;
  fee_quantity: string | null;
  at: Instant;
  takes_back: string | null;
};

export type FillsSetAsideTable = {
  account_id: string;
  execution_id: string;
  fill: VenueFill;
  set_by: string;
  reason: string;
  at: Instant;
};

export type TradeBustsTable = {
  venue: string;
  account_id: string;
  execution_id: string;
  client_order_id: string;
  venue_order_id: string;
  symbol: string;
  replacement: VenueFill | null;
  at: Instant;
  told_at: Instant;
};

export type PositionsTable = {
  account_id: string;
  strategy_id: string;
  symbol: string;
  quantity: string;
  cost: string;
  average_price: string;
  mark_price: string;
  leverage: number;
  realized_pnl: string;
  fees: string;
  funding: string;
  opened_at: OptionalInstant;
  funding_done_ms: number | null;
  trip: TripRow | null;
};

export type TradesTable = {
  trade_id: string;
  session_id: string | null;
  account_id: string;
  strategy_id: string;
  symbol: string;
  side: ClosedTrade['side'];
  quantity: string;
  entry_price: string;
  exit_price: string;
  opened_at: Instant;
  closed_at: Instant;
  entry_features: JsonObject | null;
  regime: string | null;
  pnl_net: string;
  fees: string;
  funding: Generated<string>;
  decision_id: string | null;
  exit_reason: ClosedTrade['exitReason'];
  model_cost_micro_usd: Generated<number>;
  prompt_versions: Generated<JsonObject>;
  busted_at: OptionalInstant;
  reviewed_at: OptionalInstant;
  recorded_at: DefaultInstant;
};

export type BookClocksTable = { account_id: string; strategy_id: string; symbol: string; matched_until_ms: number };

export type BookDaysTable = {
  account_id: string;
  strategy_id: string;
  symbol: string;
  day: number;
  close: number;
  volume: number;
};
