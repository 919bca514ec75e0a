/** What a finished run of a session adds up to, read from the rows themselves: the report's counts and money. */
import { sql } from 'kysely';
import type { SessionHandle } from '../schemas/session-walk.ts';
import { readEquity } from './equity.ts';
import type { Database } from './tables.ts';

export type SessionTotals = {
  readonly decisions: number;
  readonly noDecisionsByReason: Readonly<Record<string, number>>;
  readonly refusalsByRule: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly fills: number;
  readonly fees: string;
  readonly tradePnls: readonly { readonly pnl: string }[];
  readonly equity: readonly string[];
};

/** Counts of one run. Orders, fills and trades are those of the run's decisions. */
export async function readSessionTotals(db: Database, handle: SessionHandle): Promise<SessionTotals> {
  const mine = sql`select decision_id from decisions where session_id = ${handle.sessionId} and run = ${handle.run}`;
  const counts = await sql<{ decisions: number; orders: number; fills: number; fees: string }>`select
    (select count(*) from decisions where session_id = ${handle.sessionId} and run = ${handle.run})::int as decisions,
    (select count(*) from orders where decision_id in (${mine}))::int as orders,
    count(f.trade_id)::int as fills, coalesce(sum(f.fee), 0) as fees
    from fills f join orders o using (client_order_id) where o.decision_id in (${mine})`.execute(db);
  const reasons = await sql<{ reason: string; count: number }>`select no_decision as reason, count(*)::int as count
    from decisions where session_id = ${handle.sessionId} and run = ${handle.run} and no_decision is not null
    group by 1`.execute(db);
  const refusals = await sql<{ rule: string; count: number }>`select rule, count(*)::int as count from gate_refusals
    where decision_id in (${mine}) group by 1`.execute(db);
  const trades = await sql<{ pnl: string }>`select pnl_net as pnl from trades
    where session_id = ${handle.sessionId} and account_id = ${handle.accountId}
    and decision_id in (${mine}) order by closed_at, trade_id`.execute(db);
  const first = counts.rows[0] ?? { decisions: 0, orders: 0, fills: 0, fees: '0' };
  return {
    ...first,
    noDecisionsByReason: Object.fromEntries(reasons.rows.map((row) => [row.reason, row.count])),
    refusalsByRule: Object.fromEntries(refusals.rows.map((row) => [row.rule, row.count])),
    tradePnls: trades.rows,
    equity: (await readEquity(db, handle.sessionId, handle.run)).equity,
  };
}
