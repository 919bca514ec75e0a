/** What closed trades and moving markets taught: health of strategies, patterns, leverage, drift. */
import type { DriftView } from '../../domain/learning/drift/market-drift.ts';
import type { HealthCusum, HealthFalseAlarms, StrategyHealth } from '../../domain/learning/strategy-health.ts';
import type { Instant, JsonObject, OptionalInstant } from './columns.ts';

export type StrategyMonitorsTable = {
  strategy_id: string;
  trades: number;
  health: StrategyHealth['health'];
  reasons: readonly string[];
  win_rate: number | null;
  average_return: number | null;
  losses_in_a_row: number;
  cusum: HealthCusum | null;
  false_alarms: HealthFalseAlarms;
  at: Instant;
};

export type PatternOutcomesTable = {
  trade_id: string;
  strategy_id: string;
  patterns: readonly string[];
  won: boolean;
  return_fraction: number;
  closed_at: Instant;
};

export type PatternsView = {
  strategy_id: string;
  pattern: string;
  trades: number;
  wins: number;
  average_return: number;
};

export type LeverageOutcomesTable = {
  trade_id: string;
  strategy_id: string;
  regime: string | null;
  leverage: number;
  return_fraction: number;
  closed_at: Instant;
};

export type DriftChecksTable = { strategy_id: string; symbol: string; bar_interval_ms: number; checked_until: Instant };

export type DriftsTable = {
  drift_id: string;
  strategy_id: string;
  symbol: string;
  bar_interval_ms: number;
  features: readonly DriftView[];
  seen_until: Instant;
  search: JsonObject | null;
  search_started_at: OptionalInstant;
  at: Instant;
};
