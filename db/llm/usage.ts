/**
 * What models cost and what that brought, by model, prompt, session, day (UTC) or model and regime of the trade's entry.
 * Costs are whole micro-USD.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../tables.ts';

export const USAGE_BY = ['model', 'prompt', 'session', 'day', 'regime'] as const;
export type UsageBy = (typeof USAGE_BY)[number];

export type ModelUsageRow = {
  readonly name: string;
  readonly requests: number;
  readonly cacheHits: number;
  readonly failures: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costMicroUsd: number;
  readonly scored: number;
  readonly accuracy: number | null;
  readonly brier: number | null;
  readonly winRate: number | null;
  readonly pnlNet: string;
  /** Profit net of cost, by cost; null where nothing was paid. */
  readonly returnOnModelCost: number | null;
  readonly costPerProfitableTradeMicroUsd: number | null;
};

const NAMES: Readonly<Record<UsageBy, RawBuilder<string>>> = {
  model: sql<string>`c.model`,
  prompt: sql<string>`c.prompt_id || '@' || c.prompt_version`,
  session: sql<string>`coalesce(c.session_id, 'none')`,
  regime: sql<string>`c.model || ' in ' || coalesce(s.regime, 'unknown')`,
  day: sql<string>`to_char(c.requested_at at time zone 'UTC', 'YYYY-MM-DD')`,
};

/** The dearest first. */
export async function modelUsage(db: Database, by: UsageBy): Promise<ModelUsageRow[]> {
  const { rows } = await sql<ModelUsageRow>`
    with sums as (
      select ${NAMES[by]} as name,
        count(*) filter (where not c.cached) as requests,
        count(*) filter (where c.cached) as hits,
        count(*) filter (where c.outcome not in ('answered', 'requested')) as failures,
        coalesce(sum(coalesce(tokens_in, 0) + coalesce(tokens_cached_read, 0) + coalesce(tokens_cached_write, 0)), 0)
          as tokens_in,
        coalesce(sum(tokens_out), 0) as tokens_out,
        sum(cost_micro_usd) as cost,
        count(s.call_id) as scored,
        avg(s.correct::int)::float8 as accuracy,
        avg((s.confidence - s.correct::int) ^ 2)::float8 as brier,
        count(s.pnl_net) as trades,
        count(*) filter (where s.pnl_net > 0) as wins,
        coalesce(sum(s.pnl_net), 0) as pnl
      from model_calls c left join model_scores s using (call_id) group by 1)
    select name, requests, hits as "cacheHits", failures, tokens_in::bigint as "tokensIn",
      tokens_out::bigint as "tokensOut", cost::bigint as "costMicroUsd", scored, accuracy, brier,
      (wins::float8 / nullif(trades, 0)) as "winRate", pnl::text as "pnlNet",
      ((pnl * 1000000 - cost) / nullif(cost, 0))::float8 as "returnOnModelCost",
      (cost / nullif(wins, 0))::float8 as "costPerProfitableTradeMicroUsd"
    from sums order by cost desc, name`.execute(db);
  return rows;
}
