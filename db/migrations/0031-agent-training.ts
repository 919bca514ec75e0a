/**
 * Trainings of agents: what each seed has come to after so many steps. The state from which a training goes on stands
 * in the last row of a seed only; the weights stand there and in the row of the best.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table research_runs drop constraint research_runs_kind_check`.execute(db);
  await sql`alter table research_runs add constraint research_runs_kind_check
    check (kind in ('evolution', 'search', 'backtest', 'training'))`.execute(db);
  await sql`create table training_checkpoints (
    run_id text not null references research_runs (run_id),
    seed bigint not null,
    steps integer not null,
    figures jsonb not null,
    weights_hash text not null,
    weights bytea,
    state bytea,
    recorded_at timestamptz not null default now(),
    primary key (run_id, seed, steps)
  )`.execute(db);
}
