/**
 * What the learner keeps of a closed trade, and what it has learnt of a strategy. A trade is fed once, in the
 * transaction that marks it as reviewed; only trades of accounts that trade in real time teach anything.
 */
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { toDecimal } from '../../domain/decimal.ts';
import { type EntryConditions, type PatternTable, patternsOf } from '../../domain/learning/online/patterns.ts';
import {
  healthFalseAlarms,
  type StrategyHealth,
  strategyHealth,
  type TradeResult,
} from '../../domain/learning/strategy-health.ts';
import { isRealTime } from '../../schemas/governance.ts';
import { insertRows, upsertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, Tables } from '../tables.ts';
import { feedLeverage } from './leverage-outcomes.ts';

type Trade = Selectable<Tables['trades']>;

/** Health looks at the last fifty, and holds them against what came before. */
const TRADES_LOOKED_AT = 500;

/**
 * Feeds a trade. Reviews of one strategy follow each other, so each sees the trades of those before it.
 * @returns whether it teaches anything, and had not yet
 */
export async function feedTrade(trx: Database, trade: Trade, nowMs: number): Promise<boolean> {
  const notional = toDecimal(trade.quantity).times(trade.entry_price);
  if (!notional.gt(0) || !(await tradesInRealTime(trx, trade.account_id))) return false;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`strategy_monitors:${trade.strategy_id}`}, 0))`.execute(
    trx,
  );
  const row = {
    trade_id: trade.trade_id,
    strategy_id: trade.strategy_id,
    patterns: patternsOf(conditionsOf(trade)),
    won: toDecimal(trade.pnl_net).gt(0),
    return_fraction: toDecimal(trade.pnl_net).div(notional).toNumber(),
    closed_at: trade.closed_at.toISOString(),
  };
  if ((await insertRows(trx, 'pattern_outcomes', [row], { onConflict: 'nothing' })) === 0) return false;
  await feedLeverage(trx, trade, row.return_fraction);
  await judgeStrategy(trx, trade.strategy_id, nowMs);
  return true;
}

async function tradesInRealTime(db: Database, accountId: string): Promise<boolean> {
  const query = db.selectFrom('accounts').select('trading_mode').where('account_id', '=', accountId);
  const { trading_mode: mode } = await query.executeTakeFirstOrThrow();
  return isRealTime(mode);
}

async function judgeStrategy(trx: Database, strategyId: string, nowMs: number): Promise<void> {
  const results = await resultsOf(trx, strategyId);
  const { health, reasons, trades, winRate, averageReturn, lossesInARow, cusum } = strategyHealth(results);
  const row = {
    strategy_id: strategyId,
    trades,
    health,
    reasons,
    win_rate: winRate,
    average_return: averageReturn,
    losses_in_a_row: lossesInARow,
    cusum,
    false_alarms: healthFalseAlarms(),
    at: toInstant(nowMs),
  };
  await upsertRows(trx, 'strategy_monitors', ['strategy_id'], [row]);
}

/**
 * How a strategy stands by its reviewed trades that closed before `untilMs`; where a person had let it open
 * again by then, by those that were booked since.
 */
export async function readHealth(
  db: Database,
  strategyId: string,
  untilMs: number,
): Promise<Pick<StrategyHealth, 'health' | 'reasons'>> {
  const until = toInstant(untilMs);
  const { rows } = await sql<TradeResult>`select o.return_fraction as "returnFraction"
    from pattern_outcomes o join trades t using (trade_id)
    left join strategy_health h on h.strategy_id = o.strategy_id and not h.disabled and h.set_by not like 'officer:%'
      and h.at < ${until}
    where o.strategy_id = ${strategyId} and t.busted_at is null and o.closed_at < ${until}
      and (h.at is null or t.recorded_at > h.at)
    order by o.closed_at desc, o.trade_id desc limit ${TRADES_LOOKED_AT}`.execute(db);
  const { health, reasons } = strategyHealth(rows.reverse());
  return { health, reasons };
}

/** The last reviewed trades of a strategy, oldest first. */
async function resultsOf(db: Database, strategyId: string): Promise<TradeResult[]> {
  const { rows } = await sql<TradeResult>`select o.return_fraction as "returnFraction"
    from pattern_outcomes o join trades t using (trade_id)
    where o.strategy_id = ${strategyId} and t.busted_at is null
    order by o.closed_at desc, o.trade_id desc limit ${TRADES_LOOKED_AT}`.execute(db);
  return rows.reverse();
}

/** What was told at an entry: our own features, of which older rows may have fewer. */
const featuresSchema = z
  .looseObject({
    regime: z.looseObject({ volatility: z.string().nullable().catch(null) }).catch({ volatility: null }),
    momentum: z.looseObject({ rsi: z.number().nullable().catch(null) }).catch({ rsi: null }),
    volume: z.looseObject({ volumeRatio: z.number().nullable().catch(null) }).catch({ volumeRatio: null }),
  })
  .catch({ regime: { volatility: null }, momentum: { rsi: null }, volume: { volumeRatio: null } });

function conditionsOf({ side, regime, entry_features }: Trade): EntryConditions {
  const { regime: market, momentum, volume } = featuresSchema.parse(entry_features);
  return { side, regime, volatility: market.volatility, rsi: momentum.rsi, volumeRatio: volume.volumeRatio };
}

/**
 * The patterns of a strategy out of trades that closed before `untilMs`: market time, so nothing is known too early.
 */
export async function readPatterns(db: Database, strategyId: string, untilMs: number): Promise<PatternTable> {
  const { rows } = await sql<{ pattern: string; trades: number; wins: number; returnSum: number }>`
    select pattern, count(*)::int as trades, (count(*) filter (where o.won))::int as wins,
      sum(o.return_fraction) as "returnSum"
    from pattern_outcomes o join trades t using (trade_id) cross join unnest(o.patterns) as pattern
    where o.strategy_id = ${strategyId} and t.busted_at is null and o.closed_at < ${toInstant(untilMs)}
    group by pattern order by pattern`.execute(db);
  return Object.fromEntries(rows.map(({ pattern, ...count }) => [pattern, count]));
}
