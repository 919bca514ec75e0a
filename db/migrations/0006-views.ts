/**
 * Figures of the whole desk and of each strategy, one query each. Money numeric, shares as fractions.
 * An analysis is a decision of a session in `analysis` mode: it has no order path. Model usage is empty until
 * model calls are recorded.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create view desk_performance as
    select
      (select count(*) from decisions) as decisions_made,
      (select count(*) from trades) as trades_executed,
      (select count(*) from decisions d join sessions s using (session_id)
        where s.trading_mode = 'analysis') as analysis_count,
      (select count(*) from sessions where state = 'open') as active_sessions,
      (select coalesce(jsonb_object_agg(m.trading_mode, m.session_count), '{}')
        from (select trading_mode, count(*) as session_count from sessions where state = 'open'
              group by trading_mode) m) as trading_modes,
      '{}'::jsonb as model_usage`.execute(db);

  await sql`create view strategy_performance as
    select
      t.strategy_id,
      a.trading_mode,
      count(*) as trade_count,
      count(*) filter (where t.pnl_net > 0) as win_count,
      round(count(*) filter (where t.pnl_net > 0)::numeric / count(*), 6) as win_rate,
      sum(t.pnl_net) as pnl_net,
      sum(t.fees) as fees,
      round(avg(t.pnl_net), 8) as average_pnl,
      round(sum(t.pnl_net) filter (where t.pnl_net > 0)
        / nullif(-sum(t.pnl_net) filter (where t.pnl_net < 0), 0), 6) as profit_factor,
      min(t.opened_at) as first_opened_at,
      max(t.closed_at) as last_closed_at
    from trades t
    join accounts a using (account_id)
    group by t.strategy_id, a.trading_mode`.execute(db);
}
