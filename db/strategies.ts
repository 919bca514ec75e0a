/** Strategies by id: their definition as data, whether they are promoted, and their health as last judged. */
import type { Selectable } from 'kysely';
import type { Strategy } from '../schemas/signals.ts';
import { strategySchema } from '../schemas/signals.ts';
import { insertRows, upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

export type StrategyRecord = {
  readonly strategyId: string;
  readonly definition: Strategy;
  readonly promoted: boolean;
  readonly health: string;
};

/** Writes a strategy as it is now, new or known. */
export async function saveStrategy(db: Database, strategy: StrategyRecord): Promise<void> {
  await upsertRows(db, 'strategies', ['strategy_id'], [strategyRow(strategy)]);
}

const strategyRow = (strategy: StrategyRecord) => ({
  strategy_id: strategy.strategyId,
  type: strategy.definition.type,
  definition: strategy.definition,
  promoted: strategy.promoted,
  health: strategy.health,
});

/** Notes a strategy that is being run; one that is known keeps what has been judged of it. */
export async function rememberStrategy(db: Database, strategy: StrategyRecord): Promise<void> {
  await insertRows(db, 'strategies', [strategyRow(strategy)], { onConflict: 'nothing' });
}

/** A bred strategy with the market and the run it comes from. */
export type EvolvedStrategy = StrategyRecord & {
  readonly symbol: string;
  readonly barIntervalMs: number;
  readonly runId: string;
  readonly decidedAtMs: number;
};

/** Keeps a champion. One that was bred before keeps its row; once promoted it stays so. */
export async function saveEvolved(db: Database, strategy: EvolvedStrategy): Promise<void> {
  const row = {
    ...strategyRow(strategy),
    symbol: strategy.symbol,
    bar_interval_ms: strategy.barIntervalMs,
    run_id: strategy.runId,
    decided_at: toInstant(strategy.decidedAtMs),
  };
  const inserted = await insertRows(db, 'strategies', [row], { onConflict: 'nothing' });
  if (inserted > 0 || !strategy.promoted) return;
  await db
    .updateTable('strategies')
    .set({ promoted: true, run_id: strategy.runId, decided_at: toInstant(strategy.decidedAtMs) })
    .where('strategy_id', '=', strategy.strategyId)
    .where('promoted', '=', false)
    .execute();
}

/** The strategy of this market that was promoted last. */
export async function promotedStrategy(
  db: Database,
  symbol: string,
  barIntervalMs: number,
): Promise<StrategyRecord | undefined> {
  const row = await db
    .selectFrom('strategies')
    .selectAll()
    .where('promoted', '=', true)
    .where('symbol', '=', symbol)
    .where('bar_interval_ms', '=', barIntervalMs)
    .orderBy('decided_at', 'desc')
    .orderBy('strategy_id')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : strategyOf(row);
}

/** The strategy under this id. @throws ZodError when its stored definition is not a strategy */
export async function readStrategy(db: Database, strategyId: string): Promise<StrategyRecord | undefined> {
  const row = await db.selectFrom('strategies').selectAll().where('strategy_id', '=', strategyId).executeTakeFirst();
  return row === undefined ? undefined : strategyOf(row);
}

/** All strategies by id. */
export async function listStrategies(db: Database): Promise<StrategyRecord[]> {
  const rows = await db.selectFrom('strategies').selectAll().orderBy('strategy_id').execute();
  return rows.map(strategyOf);
}

const strategyOf = (row: Selectable<Tables['strategies']>): StrategyRecord => ({
  strategyId: row.strategy_id,
  definition: strategySchema.parse(row.definition),
  promoted: row.promoted,
  health: row.health,
});
