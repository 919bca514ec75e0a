/**
 * Which leverage a strategy's closed trades were made with, and how they went: fed with the rest of a trade's
 * outcome, read by sessions whose leverage is managed.
 */
import { type Selectable, sql } from 'kysely';
import type { LeverageRecord } from '../../domain/learning/leverage/leverage-record.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, Tables } from '../tables.ts';

type Trade = Selectable<Tables['trades']>;

/**
 * Once a trade, in the transaction of its first review. A trade that no order of ours opened says nothing of leverage.
 */
export async function feedLeverage(trx: Database, trade: Trade, returnFraction: number): Promise<void> {
  const leverage = await leverageOf(trx, trade);
  if (leverage === null) return;
  const { trade_id, strategy_id, regime, closed_at } = trade;
  const row = { trade_id, strategy_id, regime, leverage, return_fraction: returnFraction };
  await insertRows(trx, 'leverage_outcomes', [{ ...row, closed_at: closed_at.toISOString() }], {
    onConflict: 'nothing',
  });
}

/** That of the order which opened it. */
async function leverageOf(trx: Database, { decision_id: decisionId }: Trade): Promise<number | null> {
  if (decisionId === null) return null;
  const query = trx.selectFrom('orders').select('leverage').where('decision_id', '=', decisionId);
  return (await query.where('leg', '=', 'entry').executeTakeFirst())?.leverage ?? null;
}

/** Out of trades that closed before `untilMs`: market time. One that the venue took back counts no more. */
export async function readLeverageRecord(db: Database, strategyId: string, untilMs: number): Promise<LeverageRecord> {
  const { rows } = await sql<LeverageRecord[number]>`select o.leverage, o.regime, count(*)::int as trades,
      (count(*) filter (where o.return_fraction > 0))::int as wins,
      coalesce(sum(o.return_fraction) filter (where o.return_fraction > 0), 0) as "winSum",
      coalesce(-sum(o.return_fraction) filter (where o.return_fraction <= 0), 0) as "lossSum"
    from leverage_outcomes o join trades t using (trade_id)
    where o.strategy_id = ${strategyId} and t.busted_at is null and o.closed_at < ${toInstant(untilMs)}
    group by o.leverage, o.regime order by o.leverage, o.regime`.execute(db);
  return rows;
}
