/** What each reviewed trade says about its leverage, once: by regime, what the price did with the costs in. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table leverage_outcomes (
    trade_id text primary key references trades (trade_id),
    strategy_id text not null,
    regime text,
    leverage integer not null check (leverage between 1 and 10),
    return_fraction double precision not null,
    closed_at timestamptz not null
  )`.execute(db);
  await sql`create index leverage_outcomes_strategy on leverage_outcomes (strategy_id, closed_at)`.execute(db);
}
