/** Figures of the whole desk that no single table shows: use of the models, performance, whether the book answers. */
import { sql } from 'kysely';
import type { Database } from '../tables.ts';

export type ModelUsage = {
  readonly provider: string;
  readonly model: string;
  readonly requestCount: number;
  readonly cachedCount: number;
  readonly failureCount: number;
  readonly totalTokens: number;
  readonly totalCostMicroUsd: number;
  readonly averageLatencyMs: number | null;
};

/** Since when: an instant in epoch ms. One row a model, the dearest first. */
export async function readModelUsage(db: Database, sinceMs: number): Promise<ModelUsage[]> {
  const { rows } = await sql<ModelUsage>`
    select provider, model, count(*)::float8 as "requestCount",
      (count(*) filter (where cached))::float8 as "cachedCount",
      (count(*) filter (where outcome not in ('answered', 'requested')))::float8 as "failureCount",
      coalesce(sum(coalesce(tokens_in, 0) + coalesce(tokens_cached_read, 0) + coalesce(tokens_cached_write, 0)
        + coalesce(tokens_out, 0)), 0)::float8 as "totalTokens",
      coalesce(sum(cost_micro_usd), 0)::float8 as "totalCostMicroUsd", avg(latency_ms)::float8 as "averageLatencyMs"
    from model_calls where requested_at >= to_timestamp(${sinceMs}::float8 / 1000)
    group by provider, model order by "totalCostMicroUsd" desc, provider, model`.execute(db);
  return rows;
}

export type DeskPerformance = {
  readonly decisionsMade: number;
  readonly tradesExecuted: number;
  readonly analysisCount: number;
  readonly activeSessions: number;
  readonly tradingModes: Readonly<Record<string, number>>;
  readonly modelUsage: Readonly<Record<string, unknown>>;
};

/** The view `desk_performance`. */
export async function readDeskPerformance(db: Database): Promise<DeskPerformance> {
  const row = await db.selectFrom('desk_performance').selectAll().executeTakeFirstOrThrow();
  return {
    decisionsMade: row.decisions_made,
    tradesExecuted: row.trades_executed,
    analysisCount: row.analysis_count,
    activeSessions: row.active_sessions,
    tradingModes: row.trading_modes,
    modelUsage: row.model_usage,
  };
}
