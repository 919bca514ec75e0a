/** A backtest as readers want it: beside its report what was asked, the figures that no report holds, and its times. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create view told_backtests as
    select b.run_id, r.workflow_id, r.input, b.report, r.result -> 'figures' as figures, b.trades, r.started_at, r.ended_at
    from backtests b join research_runs r using (run_id)`.execute(db);
}
