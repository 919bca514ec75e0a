/**
 * An evolution in Postgres, step by step. Each step is one transaction and safe to repeat: what is there already stays,
 * and what comes back is what was stored first.
 */
import type { RunState } from '../schemas/research.ts';
import {
  type GenomeRow,
  genomesToEvaluate,
  insertGeneration,
  insertGenomes,
  knownTrials,
  lastGeneration,
  readGeneration,
  readGenerations,
  type StoredGeneration,
  tellFitness,
} from './genomes.ts';
import { endRun, type OpenRun, openRun, readRun } from './research-runs.ts';
import { inTransaction } from './retry.ts';
import { type EvolvedStrategy, saveEvolved } from './strategies.ts';
import type { Database } from './tables.ts';
import { countTrials, insertTrials, type TrialRow } from './trials.ts';

export type EvolutionStore = ReturnType<typeof createEvolutionStore>;

export const createEvolutionStore = (db: Database) => ({
  open: (run: OpenRun) => inTransaction(db, (trx) => openRun(trx, run)),
  read: (runId: string) => readRun(db, runId),
  counts: (runId: string, from = 0) => countTrials(db, runId, from),
  generation: (runId: string, generation: number) => readGeneration(db, runId, generation),
  generations: (runId: string) => readGenerations(db, runId),
  last: (runId: string) => lastGeneration(db, runId),
  known: (runId: string, ids: readonly string[]) => knownTrials(db, runId, ids),
  toEvaluate: (runId: string, from: number, to: number) => genomesToEvaluate(db, runId, from, to),

  /** A new generation, complete or not at all. */
  born: (runId: string, generation: number, genomes: readonly GenomeRow[]) =>
    inTransaction(db, (trx) => insertGenomes(trx, runId, generation, genomes)),

  /** Trials `from` to `to`, with the fitness of their genomes. */
  evaluated: (runId: string, trials: readonly TrialRow[], from: number, to: number) =>
    inTransaction(db, async (trx) => {
      await insertTrials(trx, runId, trials);
      await tellFitness(trx, runId, from, to);
    }),

  finished: (runId: string, generation: StoredGeneration) =>
    inTransaction(db, (trx) => insertGeneration(trx, runId, generation)),

  end: (
    runId: string,
    strategy: EvolvedStrategy | null,
    end: { state: RunState; result: object | null; nowMs: number },
  ) =>
    inTransaction(db, async (trx) => {
      if (strategy !== null) await saveEvolved(trx, strategy);
      await endRun(trx, runId, end);
    }),
});
