/** Figures over everything, as views count them. Money in USD. */
import type { TradingMode } from '../../schemas/governance.ts';
import type { JsonObject } from './columns.ts';

export type DeskPerformanceView = {
  decisions_made: number;
  trades_executed: number;
  analysis_count: number;
  active_sessions: number;
  trading_modes: Readonly<Record<string, number>>;
  model_usage: JsonObject;
};

export type StrategyPerformanceView = {
  strategy_id: string;
  trading_mode: TradingMode;
  trade_count: number;
  win_count: number;
  win_rate: string;
  pnl_net: string;
  fees: string;
  average_pnl: string;
  profit_factor: string | null;
  first_opened_at: Date;
  last_closed_at: Date;
};

export type AiDecisionsView = {
  id: string;
  timestamp: Date;
  ticker: string | null;
  decision: string | null;
  confidence: number | null;
  models_used: readonly string[];
  total_cost: string;
  actual_outcome: string | null;
};

export type AiPerformanceMetricsView = {
  date: string;
  total_decisions: number;
  accuracy_rate: number | null;
  win_rate: number | null;
  total_pnl: string;
  total_api_cost: string;
};
