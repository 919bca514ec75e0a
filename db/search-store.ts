/** A parameter search in Postgres: its trials in order, and its answer. Each write is safe to repeat. */
import type { RunState } from '../schemas/research.ts';
import { type OptimizationResult, saveOptimization } from './optimization-results.ts';
import { endRun, type OpenRun, openRun, readRun } from './research-runs.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';
import { countTrials, insertTrials, readTrials, type TrialRow } from './trials.ts';

export type SearchStore = ReturnType<typeof createSearchStore>;

export const createSearchStore = (db: Database) => ({
  open: (run: OpenRun) => inTransaction(db, (trx) => openRun(trx, run)),
  read: (runId: string) => readRun(db, runId),
  counts: (runId: string) => countTrials(db, runId),
  trials: (runId: string, from: number, to: number) => readTrials(db, runId, from, to),
  allTrials: (runId: string) => readTrials(db, runId, 0),
  evaluated: (runId: string, trials: readonly TrialRow[]) =>
    inTransaction(db, (trx) => insertTrials(trx, runId, trials)),
  end: (
    runId: string,
    answer: OptimizationResult | null,
    end: { readonly state: RunState; readonly result: object | null; readonly nowMs: number },
  ) =>
    inTransaction(db, async (trx) => {
      if (answer !== null) await saveOptimization(trx, answer, end.nowMs);
      await endRun(trx, runId, end);
    }),
});
