/**
 * What models were asked, what it cost and what became of it: figures by model in
 * `desk_performance`, one row an answer in `ai_decisions`, one row a UTC day in
 * `ai_performance_metrics`. Costs of the last two in USD, as their columns are known.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
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
      (select coalesce(jsonb_object_agg(u.model, jsonb_build_object(
          'totalTokens', u.tokens, 'totalCostMicroUsd', u.cost, 'requestCount', u.requests)), '{}')
        from (select model, count(*) as requests, sum(cost_micro_usd) as cost,
                sum(coalesce(tokens_in, 0) + coalesce(tokens_cached_read, 0) + coalesce(tokens_cached_write, 0)
                  + coalesce(tokens_out, 0)) as tokens
              from model_calls where not cached group by model) u) as model_usage`.execute(db);

  await sql`create view ai_decisions as
    select
      c.call_id as id,
      a.answered_at as "timestamp",
      a.outcome->'value'->>'symbol' as ticker,
      coalesce(a.outcome->'value'->'action'->>'type', a.outcome->'value'->>'action') as decision,
      coalesce(a.outcome->'value'->'action'->>'confidence', a.outcome->'value'->>'confidence')::double precision
        as confidence,
      jsonb_build_array(a.outcome->>'model') as models_used,
      (a.outcome->>'costMicroUsd')::numeric / 1000000 as total_cost,
      s.pnl_net as actual_outcome
    from model_asks a
    join lateral (select call_id from model_calls where ask_key = a.ask_key order by requested_at desc limit 1) c on true
    left join model_scores s on s.call_id = c.call_id
    where a.outcome->>'kind' = 'answer'`.execute(db);

  await sql`create view ai_performance_metrics as
    with costs as (
      select (requested_at at time zone 'UTC')::date as date, sum(cost_micro_usd)::numeric / 1000000 as cost
      from model_calls group by 1),
    answers as (
      select ("timestamp" at time zone 'UTC')::date as date, count(*) as answers from ai_decisions group by 1),
    scores as (
      select (scored_at at time zone 'UTC')::date as date,
        avg(correct::int)::double precision as accuracy,
        (count(*) filter (where pnl_net > 0))::double precision / nullif(count(pnl_net), 0) as wins,
        sum(pnl_net) as pnl
      from model_scores group by 1)
    select date, coalesce(answers, 0) as total_decisions, accuracy as accuracy_rate, wins as win_rate,
      coalesce(pnl, 0) as total_pnl, coalesce(cost, 0) as total_api_cost
    from costs full join answers using (date) full join scores using (date)`.execute(db);
}
