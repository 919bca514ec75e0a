/** Pages of the HTTP interface, and what officers look up again and again, by index however much there is by now. */
import { type Kysely, sql } from 'kysely';

const INDEXES = [
  'accounts_by_time on accounts (created_at, account_id)',
  'accounts_mode on accounts (trading_mode, created_at, account_id)',
  'sessions_by_time on sessions (opened_at, session_id)',
  'sessions_state on sessions (state, opened_at, session_id)',
  'sessions_mode on sessions (trading_mode, opened_at, session_id)',
  'sessions_strategy on sessions (strategy_id, opened_at, session_id)',
  'sessions_account on sessions (account_id, strategy_id, opened_at)',
  'orders_by_time on orders (created_at, client_order_id)',
  'orders_by_send on orders (sent_at desc nulls last, client_order_id desc)',
  'orders_symbol on orders (symbol, created_at, client_order_id)',
  // Final states that few orders come to; those at work have an index of their own (0004).
  `orders_unfilled on orders (created_at, client_order_id) where state in ('DENIED', 'REJECTED', 'EXPIRED', 'ABSENT')`,
  'positions_by_time on positions (opened_at desc nulls last, symbol desc)',
  'positions_symbol on positions (symbol, opened_at desc nulls last)',
  'positions_strategy on positions (strategy_id, opened_at desc nulls last)',
  'strategies_symbol on strategies (symbol, decided_at desc nulls last, strategy_id desc)',
  'strategies_by_time on strategies (decided_at desc nulls last, strategy_id desc)',
  'research_runs_by_time on research_runs (started_at, run_id)',
  'trades_decision on trades (decision_id)',
  'trades_by_time on trades (closed_at, trade_id)',
  'model_calls_by_time on model_calls (requested_at)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index ${index}`).execute(db);
}
