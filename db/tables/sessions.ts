/** Sessions: their checkpoint, the bars and settings they walked with, the feeds they follow. */
import type { Generated } from 'kysely';
import type { TradingMode } from '../../schemas/governance.ts';
import type { BarColumns, DefaultInstant, Instant, JsonObject, OptionalInstant } from './columns.ts';

export type SessionsTable = {
  session_id: string;
  workflow_id: string;
  open_key: string;
  account_id: string;
  strategy_id: string;
  strategy: JsonObject;
  trading_mode: TradingMode;
  state: 'open' | 'closed';
  input: JsonObject;
  run_count: number;
  first_sequence: number;
  checkpoint: { readonly cursor: number } & JsonObject;
  report: JsonObject | null;
  data_hash: string | null;
  data_ends_at_ms: number;
  epoch: number;
  model_cost_micro_usd: Generated<number>;
  opened_at: Instant;
  closed_at: OptionalInstant;
};

export type SessionEquityTable = {
  session_id: string;
  run: number;
  from_index: number;
  at_ms: readonly number[];
  equity: readonly string[];
};

export type SessionBarsTable = BarColumns & {
  session_id: string;
  run: number;
  instant: number;
  symbol: string;
  is_past: boolean;
  received_at: Instant;
};

export type SessionFeedsTable = {
  session_id: string;
  run: number;
  symbol: string;
  stale_since: OptionalInstant;
  refused_since: OptionalInstant;
  reason: string | null;
};

export type WalkSettingsTable = {
  ref: string;
  body: string;
  stored_at: DefaultInstant;
};

export type WalkRecordsTable = {
  session_id: string;
  run: number;
  first_sequence: number;
  last_sequence: number;
  settings_ref: string;
  start_hash: string;
  start: string;
  recorded_at: DefaultInstant;
};

export type AdviceSlotsTable = {
  session_id: string;
  run: number;
  symbol: string;
  as_of: Instant;
  outcome: JsonObject;
  recorded_at: DefaultInstant;
};

export type RegimeTransitionsTable = {
  session_id: string;
  run: number;
  symbol: string;
  at: Instant;
  bar_interval_ms: number;
  from_regime: string | null;
  to_regime: string;
  from_volatility: string | null;
  to_volatility: string | null;
  confidence: number;
  recorded_at: DefaultInstant;
};
