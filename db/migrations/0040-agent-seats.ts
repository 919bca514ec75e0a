/**
 * The verdicts on trainings in a market: how each seed's network did on bars that nobody had seen, and whether the best
 * became the `agent` component of its market. A network on the bench has its row too, with the reason.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table agent_seats (
    run_id text primary key references research_runs (run_id),
    agent text not null,
    symbol text not null,
    bar_interval_ms bigint not null,
    direction text not null,
    seated boolean not null,
    reason text not null,
    verdict jsonb not null,
    dueling boolean not null,
    data_hash text not null,
    weights_hash text not null,
    weights bytea not null,
    decided_at timestamptz not null
  )`.execute(db);
  await sql`create index agent_seats_market on agent_seats (agent, symbol, bar_interval_ms, decided_at desc)
    where seated`.execute(db);
}
