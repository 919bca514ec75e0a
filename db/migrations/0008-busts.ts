/**
 * Trades that a venue has busted. `trade_busts`: what it told, once an execution, also of fills that were never booked.
 * A busted fill that was booked gets a row of `fills` that takes it back, at most one. A round trip that has gone with
 * its fill keeps its row, marked; it counts no more.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table trade_busts (
    venue text not null,
    account_id text not null,
    execution_id text not null,
    client_order_id text not null references orders (client_order_id),
    venue_order_id text not null,
    symbol text not null,
    replacement jsonb,
    at timestamptz not null,
    told_at timestamptz not null,
    primary key (venue, account_id, execution_id)
  )`.execute(db);
  await sql`create index trade_busts_order on trade_busts (client_order_id)`.execute(db);
  await sql`alter table fills add column takes_back text`.execute(db);
  await sql`create unique index fills_takes_back on fills (venue, account_id, takes_back)
    where takes_back is not null`.execute(db);
  await sql`alter table trades add column busted_at timestamptz`.execute(db);
  await countTrades(db);
}

/** The views of 0006, without round trips that have gone. */
async function countTrades(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace view desk_performance as
    select
      (select count(*) from decisions) as decisions_made,
      (select count(*) from trades where busted_at is null) as trades_executed,
      (select count(*) from decisions d join sessions s using (session_id)
        where s.trading_mode = 'analysis') as analysis_count,
      (select count(*) from sessions where state = 'open') as active_sessions,
      (select coalesce(jsonb_object_agg(m.trading_mode, m.session_count), '{}')
        from (select trading_mode, count(*) as session_count from sessions where state = 'open'
              group by trading_mode) m) as trading_modes,
      '{}'::jsonb as model_usage`.execute(db);

  await sql`create or replace view strategy_performance as
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
    where t.busted_at is null
    group by t.strategy_id, a.trading_mode`.execute(db);
}
