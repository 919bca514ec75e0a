/**
 * Plans of capital across strategies: what they are made of, the one in force, and a new one with its event in one
 * transaction. Only accounts that trade in real time count.
 */
import { sql } from 'kysely';
import type { StrategyRecord } from '../domain/learning/allocation/allocation-score.ts';
import { strategyHealth } from '../domain/learning/strategy-health.ts';
import { type AllocationPlan, allocationPlanSchema, type StoredAllocation } from '../schemas/allocation.ts';
import { appendEvents } from './events.ts';
import { toInstant } from './instant.ts';
import { activeStrategies, disabledStrategies, presentRegime } from './officers/results.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;
const TRADES_MAX = 20_000;
/** What a position takes of the strategy's own capital at most (the gate's position size). */
const POSITION_FRACTION = 0.1;

export type AllocationMatter = {
  readonly regime: string | null;
  readonly strategies: readonly StrategyRecord[];
  readonly previous: Readonly<Record<string, number>> | null;
};

export type AllocationStore = ReturnType<typeof createAllocationStore>;

export const createAllocationStore = (db: Database) => ({
  /** Strategies with an open session or a closed trade of the last 90 days, and what each did. */
  matter: async (nowMs: number): Promise<AllocationMatter> => {
    const [trades, open, disabled, regime, last] = await Promise.all([
      tradesSince(db, nowMs - DAYS * DAY_MS),
      activeStrategies(db),
      disabledStrategies(db),
      presentRegime(db),
      allocationInForce(db),
    ]);
    const names = [...new Set([...open, ...trades.map(({ strategyId }) => strategyId)])].sort();
    const strategies = names.map((strategyId) =>
      recordOf(
        strategyId,
        trades.filter((one) => one.strategyId === strategyId),
        { isDisabled: disabled.includes(strategyId), nowMs },
      ),
    );
    return { regime, strategies, previous: last === undefined ? null : dampedWeights(last.plan) };
  },

  /** A review that is repeated finds its plan again, and tells of it once. */
  save: (allocation: StoredAllocation): Promise<StoredAllocation> =>
    inTransaction(db, async (trx) => {
      const { allocationId, atMs, plan } = allocation;
      const weights = weightsOf(plan);
      const row = { allocation_id: allocationId, at: toInstant(atMs), cash_fraction: plan.cashFraction };
      const added = await trx
        .insertInto('allocations')
        .values({ ...row, weights, plan })
        .onConflict((conflict) => conflict.doNothing())
        .returning('allocation_id')
        .executeTakeFirst();
      if (added === undefined) return readAllocation(trx, allocationId);
      const { cashFraction, diversification, jointRiskFraction } = plan;
      const reasons = Object.fromEntries(plan.strategies.map(({ strategyId, reason }) => [strategyId, reason]));
      const payload = { allocationId, weights, cashFraction, diversification, jointRiskFraction, reasons };
      await appendEvents(trx, [{ type: 'allocation_reviewed', payload, correlationId: allocationId, atMs }]);
      return allocation;
    }),
});

type TradeRow = { strategyId: string; closedAtMs: number; regime: string | null; returnFraction: number };

async function tradesSince(db: Database, sinceMs: number): Promise<TradeRow[]> {
  const { rows } = await sql<TradeRow>`
    select * from (
      select t.strategy_id as "strategyId", t.regime, t.trade_id,
        (extract(epoch from t.closed_at) * 1000)::float8 as "closedAtMs",
        (t.pnl_net / (t.quantity * t.entry_price))::float8 as "returnFraction"
      from trades t join accounts a using (account_id)
      where a.trading_mode in ('paper', 'live') and t.busted_at is null and t.quantity * t.entry_price > 0
        and t.closed_at >= ${toInstant(sinceMs)}
      order by t.closed_at desc, t.trade_id desc limit ${TRADES_MAX}) last
    order by "closedAtMs", trade_id`.execute(db);
  return rows;
}

function recordOf(
  strategyId: string,
  trades: readonly TradeRow[],
  { isDisabled, nowMs }: { readonly isDisabled: boolean; readonly nowMs: number },
): StrategyRecord {
  return {
    strategyId,
    dailyReturns: dailyReturns(trades, nowMs),
    trades: trades.map(({ returnFraction, regime }) => ({ returnFraction, regime })),
    health: isDisabled ? 'disabled' : strategyHealth(trades).health,
  };
}

/** By UTC day from the first trade to now, days without one as 0; each trade at the most a position may take. */
function dailyReturns(trades: readonly TradeRow[], nowMs: number): number[] {
  const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
  const [first] = trades;
  if (first === undefined) return [];
  const from = dayOf(first.closedAtMs);
  const days = new Array<number>(Math.max(1, dayOf(nowMs) - from + 1)).fill(0);
  for (const { closedAtMs, returnFraction } of trades) {
    const day = Math.min(days.length - 1, dayOf(closedAtMs) - from);
    days[day] = (days[day] ?? 0) + POSITION_FRACTION * returnFraction;
  }
  return days;
}

const weightsOf = (plan: AllocationPlan): Record<string, number> =>
  Object.fromEntries(plan.strategies.map(({ strategyId, weight }) => [strategyId, weight]));

const dampedWeights = (plan: AllocationPlan): Record<string, number> =>
  Object.fromEntries(plan.strategies.map(({ strategyId, dampedWeight }) => [strategyId, dampedWeight]));

/** The newest plan; undefined before the first review. */
export async function allocationInForce(db: Database): Promise<StoredAllocation | undefined> {
  const query = db.selectFrom('allocations').selectAll().orderBy('at', 'desc').orderBy('allocation_id', 'desc');
  const row = await query.limit(1).executeTakeFirst();
  return row === undefined ? undefined : storedOf(row);
}

async function readAllocation(db: Database, allocationId: string): Promise<StoredAllocation> {
  const query = db.selectFrom('allocations').selectAll().where('allocation_id', '=', allocationId);
  return storedOf(await query.executeTakeFirstOrThrow());
}

const storedOf = (row: { allocation_id: string; at: Date; plan: unknown }): StoredAllocation => ({
  allocationId: row.allocation_id,
  atMs: row.at.getTime(),
  plan: allocationPlanSchema.parse(row.plan),
});

/**
 * What a session's size is multiplied by: 1 before the first review, and for a strategy that the last one did not know.
 */
export async function allocationWeight(db: Database, strategyId: string): Promise<number> {
  const { rows } = await sql<{ weight: number | null }>`
    select (weights->>${strategyId})::float8 as weight from allocations
    order by at desc, allocation_id desc limit 1`.execute(db);
  return rows[0]?.weight ?? 1;
}
