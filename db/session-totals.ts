/** What a finished run of a session adds up to, read from the rows themselves: the report's counts and money. */
import { sql } from 'kysely';
import type { SessionHandle } from '../schemas/session-walk.ts';
import { readEquity } from './equity.ts';
import { type AdviceTotals, adviceTotals } from './llm/advice-slots.ts';
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
  /** What models were paid, and whether one may remember what came. */
  readonly advice: AdviceTotals;
};

/** Counts of one run. Orders, fills and trades are those of the run's decisions. */
export async function readSessionTotals(db: Database, handle: SessionHandle): Promise<SessionTotals> {
  const ofRun = sql`d.session_id = ${handle.sessionId} and d.run = ${handle.run}`;
  const decisions = await sql<{ reason: string | null; count: number }>`
    select d.no_decision as reason, count(*)::int as count from decisions d where ${ofRun} group by 1`.execute(db);
  const refusals = await sql<{ rule: string; count: number }>`select r.rule, count(*)::int as count
    from decisions d join gate_refusals r using (decision_id) where ${ofRun} and not d.approved group by 1`.execute(db);
  // Materialised, so that the few rows of the session look up their decisions and not the other way round.
  const orders = sql`with sent as materialized (
      select client_order_id, decision_id from orders where session_id = ${handle.sessionId}),
    mine as materialized (select s.client_order_id from sent s join decisions d using (decision_id) where ${ofRun})`;
  const sent = await sql<{ count: number }>`${orders} select count(*)::int as count from mine`.execute(db);
  const fills = await sql<{ count: number; fees: string }>`${orders}
    select (count(*) - 2 * count(f.takes_back))::int as count, coalesce(sum(f.fee), 0) as fees
    from mine join fills f using (client_order_id)`.execute(db);
  const trades = await sql<{ pnl: string }>`with closed as materialized (
      select trade_id, decision_id, pnl_net, closed_at from trades
        where session_id = ${handle.sessionId} and busted_at is null)
    select c.pnl_net as pnl from closed c join decisions d using (decision_id) where ${ofRun}
    order by c.closed_at, c.trade_id`.execute(db);
  return {
    decisions: decisions.rows.reduce((sum, row) => sum + row.count, 0),
    orders: sent.rows[0]?.count ?? 0,
    fills: fills.rows[0]?.count ?? 0,
    fees: fills.rows[0]?.fees ?? '0',
    noDecisionsByReason: countsOf(decisions.rows.map(({ reason, count }) => [reason, count])),
    refusalsByRule: countsOf(refusals.rows.map(({ rule, count }) => [rule, count])),
    tradePnls: trades.rows,
    equity: (await readEquity(db, handle.sessionId, handle.run)).equity,
    advice: await adviceTotals(db, handle),
  };
}

const countsOf = (rows: readonly (readonly [string | null, number])[]): Record<string, number> =>
  Object.fromEntries(rows.filter((row): row is readonly [string, number] => row[0] !== null));
