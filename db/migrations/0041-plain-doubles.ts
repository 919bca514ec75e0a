/**
 * Wealth and instants of a backtest are kept as they are: a year of minutes is eight megabytes of doubles that do not
 * pack, and trying to took longer than walking it.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table backtests
    alter column equity set storage external,
    alter column closed_at_ms set storage external`.execute(db);
}
