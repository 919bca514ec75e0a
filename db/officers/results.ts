/** What the Strategy Officer reviews: closed trades of accounts that trade in real time, scored answers of models. */
import { sql } from 'kysely';
import type { ClosedResult, StrategyQuestion } from '../../domain/officers/strategy/review-strategies.ts';
import type { Database } from '../tables.ts';

const TRADES_MAX = 5_000;
const ANSWERS_MAX = 5_000;

/** The last trades, oldest first; of a strategy that a person has enabled again, those that closed since. */
export async function readResults(db: Database): Promise<ClosedResult[]> {
  const { rows } = await sql<ClosedResult>`
    select * from (
      select t.strategy_id as "strategyId", t.regime, t.closed_at, t.trade_id,
        (t.pnl_net / nullif(t.quantity * t.entry_price, 0))::float8 as "returnFraction"
      from trades t join accounts a using (account_id)
      left join strategy_health h using (strategy_id)
      where a.trading_mode in ('paper', 'live') and t.busted_at is null and t.quantity * t.entry_price > 0
        and (h.strategy_id is null or h.disabled or h.set_by like 'officer:%' or t.recorded_at > h.at)
      order by t.closed_at desc, t.trade_id desc limit ${TRADES_MAX}) last
    order by closed_at, trade_id`.execute(db);
  return rows.map(({ strategyId, regime, returnFraction }) => ({ strategyId, regime, returnFraction }));
}

export async function readModelResults(db: Database): Promise<StrategyQuestion['models']> {
  const { rows } = await sql<{ model: string; answers: number; correct: number }>`
    select model, count(*)::int as answers, (count(*) filter (where correct))::int as correct from (
      select model, correct from model_scores order by scored_at desc limit ${ANSWERS_MAX}) last
    group by model order by avg(correct::int) desc, model`.execute(db);
  return rows;
}

/** The regime that most open sessions saw last; null when none has seen one. */
export async function presentRegime(db: Database): Promise<string | null> {
  const { rows } = await sql<{ regime: string | null }>`
    select d.regime from sessions s
    join lateral (
      select coalesce(inputs->'regime'->>'label', inputs->>'regime') as regime from decisions
      where session_id = s.session_id order by sequence desc limit 1) d on true
    where s.state = 'open' and s.trading_mode in ('paper', 'live') and d.regime is not null
    group by d.regime order by count(*) desc, d.regime limit 1`.execute(db);
  return rows[0]?.regime ?? null;
}

/** Strategies with an open session that trades in real time. */
export async function activeStrategies(db: Database): Promise<string[]> {
  const { rows } = await sql<{ strategyId: string }>`select distinct strategy_id as "strategyId" from sessions
    where state = 'open' and trading_mode in ('paper', 'live') order by 1`.execute(db);
  return rows.map(({ strategyId }) => strategyId);
}

/** Strategies that may open nothing. */
export async function disabledStrategies(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('strategy_health').select('strategy_id').where('disabled', '=', true).execute();
  return rows.map(({ strategy_id }) => strategy_id);
}
