/**
 * Trials of a run by number. Written once: whoever evaluates one again finds the row and leaves it, so the number of
 * rows is the number of candidates that were evaluated, failed ones too.
 */
import { insertRows } from './insert-rows.ts';
import type { Database, JsonObject } from './tables.ts';

export type TrialRow = {
  readonly trial: number;
  readonly candidateId: string;
  readonly params: JsonObject;
  /** Null where the trial failed; `error` then says why. */
  readonly fitness: number | null;
  readonly sharpe: number | null;
  readonly figures: JsonObject | null;
  readonly error: string | null;
};

export async function insertTrials(db: Database, runId: string, trials: readonly TrialRow[]): Promise<void> {
  const rows = trials.map(({ trial, candidateId, params, fitness, sharpe, figures, error }) => ({
    run_id: runId,
    trial,
    candidate_id: candidateId,
    params,
    state: error === null ? ('complete' as const) : ('failed' as const),
    fitness,
    sharpe,
    figures,
    error,
  }));
  await insertRows(db, 'trials', rows, { onConflict: 'nothing' });
}

/** The largest number that the column holds. */
const LAST_TRIAL = 2_147_483_647;

/** Trials with `from` <= number < `to`, by number. */
export async function readTrials(db: Database, runId: string, from: number, to = LAST_TRIAL): Promise<TrialRow[]> {
  const rows = await db
    .selectFrom('trials')
    .selectAll()
    .where('run_id', '=', runId)
    .where('trial', '>=', from)
    .where('trial', '<', to)
    .orderBy('trial')
    .execute();
  return rows.map((row) => ({
    trial: row.trial,
    candidateId: row.candidate_id,
    params: row.params,
    fitness: row.fitness,
    sharpe: row.sharpe,
    figures: row.figures,
    error: row.error,
  }));
}

/** Trials from number `from` on. */
export async function countTrials(
  db: Database,
  runId: string,
  from = 0,
): Promise<{ trials: number; failedTrials: number }> {
  const row = await db
    .selectFrom('trials')
    .select((eb) => [
      eb.fn.countAll<number>().as('trials'),
      eb.fn.countAll<number>().filterWhere('state', '=', 'failed').as('failed'),
    ])
    .where('run_id', '=', runId)
    .where('trial', '>=', from)
    .executeTakeFirstOrThrow();
  return { trials: row.trials, failedTrials: row.failed };
}
