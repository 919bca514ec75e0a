/** Closed trades that count, by the time they closed; one that a venue took back is none. */
import { sql } from 'kysely';
import type { ExportRow } from '../../domain/export/cells.ts';
import { columnsOf, type ExportTable, isAsked, within } from './export-table.ts';

export const exportedTrades: ExportTable = {
  clock: 'closed_at',
  columns: columnsOf({
    trade_id: 'text',
    session_id: 'text',
    account_id: 'text',
    trading_mode: 'text',
    strategy_id: 'text',
    symbol: 'text',
    side: 'text',
    quantity: 'decimal',
    entry_price: 'decimal',
    exit_price: 'decimal',
    opened_at: 'instant',
    closed_at: 'instant',
    exit_reason: 'text',
    pnl_net: 'decimal',
    fees: 'decimal',
    funding: 'decimal',
    return_fraction: 'double',
    regime: 'text',
    entry_features: 'json',
    decision_id: 'text',
    model_cost_micro_usd: 'integer',
    prompt_versions: 'json',
    reviewed_at: 'instant',
  }),
  query: (filter) => sql<ExportRow>`
    select t.trade_id, t.session_id, t.account_id, a.trading_mode, t.strategy_id, t.symbol, t.side, t.quantity,
      t.entry_price, t.exit_price, t.opened_at, t.closed_at, t.exit_reason, t.pnl_net, t.fees, t.funding,
      (t.pnl_net / nullif(t.quantity * t.entry_price, 0))::float8 as return_fraction, t.regime, t.entry_features,
      t.decision_id, t.model_cost_micro_usd, t.prompt_versions, t.reviewed_at
    from trades t left join accounts a using (account_id)
    where t.busted_at is null and ${within('t.closed_at', filter)} and ${isAsked('t.symbol', filter.symbol)}
      and ${isAsked('t.session_id', filter.sessionId)} and ${isAsked('a.trading_mode', filter.tradingMode)}
    order by t.closed_at, t.trade_id`,
};
