/** Parameters of strategies that have earned something on a symbol: what the next search is narrowed around. */
import { sql } from 'kysely';
import { pointWithin } from '../../domain/learning/search/prior.ts';
import { strategySpace } from '../../domain/learning/search/strategy-spaces.ts';
import type { SearchPoint } from '../../schemas/search-space.ts';
import type { Strategy } from '../../schemas/signals.ts';
import { jsonText } from '../storable.ts';
import type { Database } from '../tables.ts';

const TRADES_MIN = 10;
const STRATEGIES_MAX = 3;

type Market = { readonly symbol: string; readonly barIntervalMs: number; readonly strategyType: string };

/**
 * Those whose reviewed trades paid on average, the best first, then what the
 * last search found. At most four, never twice.
 */
export async function whatWon(db: Database, market: Market): Promise<SearchPoint[]> {
  const space = strategySpace(market.strategyType);
  const traded = await payingStrategies(db, market);
  const found = await lastFound(db, market);
  const points = [...traded.map(pointFields), ...(found === undefined ? [] : [found])].flatMap((fields) => {
    const point = pointWithin(space, fields);
    return point === null ? [] : [point];
  });
  const texts = points.map((point) => jsonText(point));
  return points.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

const pointFields = ({ parameters, stopAtr, targetAtr }: Strategy) => ({ ...parameters, stopAtr, targetAtr });

async function payingStrategies(db: Database, { symbol, strategyType }: Market): Promise<Strategy[]> {
  const { rows } = await sql<{ strategy: Strategy }>`
    select (array_agg(s.strategy order by o.closed_at desc))[1] as strategy
    from pattern_outcomes o join trades t using (trade_id) join sessions s using (session_id)
    where t.symbol = ${symbol} and s.strategy->>'type' = ${strategyType} and t.busted_at is null
    group by o.strategy_id having count(*) >= ${TRADES_MIN} and avg(o.return_fraction) > 0
    order by avg(o.return_fraction) desc, o.strategy_id limit ${STRATEGIES_MAX}`.execute(db);
  return rows.map(({ strategy }) => strategy);
}

async function lastFound(db: Database, market: Market): Promise<SearchPoint | undefined> {
  const row = await db
    .selectFrom('optimization_results')
    .select('parameters')
    .where('symbol', '=', market.symbol)
    .where('bar_interval_ms', '=', market.barIntervalMs)
    .where('strategy_type', '=', market.strategyType)
    .where('fitness', '>', 0)
    .orderBy('decided_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.parameters;
}
