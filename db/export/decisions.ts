/** Decisions as they were recorded, with what refused them, by the instant they are about. */
import { sql } from 'kysely';
import type { ExportRow } from '../../domain/export/cells.ts';
import { columnsOf, type ExportFilter, type ExportTable, isAsked, within } from './export-table.ts';

/** The session of a decision, where it has one, and its account; an order by hand has its strategy in its intents. */
export const DECISION_SOURCES = sql`decisions d
  left join sessions s using (session_id)
  left join accounts a on a.account_id = d.account_id
  left join lateral (select strategy_id from order_intents where decision_id = d.decision_id limit 1) i
    on s.session_id is null`;

export const STRATEGY_OF_DECISION = sql`coalesce(s.strategy_id, i.strategy_id)`;
export const MODE_OF_DECISION = sql`coalesce(s.trading_mode, a.trading_mode)`;

export const decisionsAsked = (filter: ExportFilter) => sql`${within('d.as_of', filter)}
  and ${isAsked('d.symbol', filter.symbol)} and ${isAsked('d.session_id', filter.sessionId)}
  and (${filter.tradingMode}::text is null or ${MODE_OF_DECISION} = ${filter.tradingMode})`;

export const exportedDecisions: ExportTable = {
  clock: 'as_of',
  columns: columnsOf({
    decision_id: 'text',
    session_id: 'text',
    run: 'integer',
    sequence: 'integer',
    account_id: 'text',
    trading_mode: 'text',
    strategy_id: 'text',
    symbol: 'text',
    as_of: 'instant',
    action: 'text',
    target_fraction: 'double',
    confidence: 'double',
    size_fraction: 'double',
    stop_price: 'decimal',
    target_price: 'decimal',
    coverage: 'double',
    agreement: 'double',
    no_decision: 'text',
    approved: 'boolean',
    refusals: 'json',
    contributions: 'json',
    inputs: 'json',
    policy_version: 'integer',
    order_hash: 'text',
    group_id: 'text',
    correlation_id: 'text',
    model_cost_micro_usd: 'integer',
    recorded_at: 'instant',
  }),
  query: (filter) => sql<ExportRow>`
    select d.decision_id, d.session_id, d.run, d.sequence, d.account_id, ${MODE_OF_DECISION} as trading_mode,
      ${STRATEGY_OF_DECISION} as strategy_id, d.symbol, d.as_of, d.action, d.target_fraction, d.confidence,
      d.size_fraction, d.stop_price, d.target_price, d.coverage, d.agreement, d.no_decision, d.approved,
      coalesce(r.refusals, '[]') as refusals, d.contributions, d.inputs, d.policy_version, d.order_hash, d.group_id,
      d.correlation_id, d.model_cost_micro_usd, d.recorded_at
    from ${DECISION_SOURCES}
    left join lateral (
      select jsonb_agg(jsonb_build_object('stage', stage, 'rule', rule, 'message', message) order by stage, position)
        as refusals
      from gate_refusals where decision_id = d.decision_id) r on true
    where ${decisionsAsked(filter)}
    order by d.as_of, d.decision_id`,
};
