/**
 * Trainings of agents in Postgres. A checkpoint is written once under (run, seed, steps); whoever
 * trains a part again finds it. Only the last of a seed keeps the state from which it goes on,
 * only the last and the best keep their weights.
 */
import { sql } from 'kysely';
import type { TrainedNetwork } from '../domain/learning/agents/seat-run.ts';
import { type TrainingFigures, trainingFiguresSchema } from '../schemas/agent-training.ts';
import type { RunState } from '../schemas/research.ts';
import { type NewSeat, readSeat, saveSeat } from './agent-seats.ts';
import { type ExperienceQuery, readExperiences } from './learning/experiences.ts';
import { endRun, type OpenRun, openRun, readRun } from './research-runs.ts';
import { inTransaction } from './retry.ts';
import { jsonText } from './storable.ts';
import type { Database } from './tables.ts';

export type StoredCheckpoint = {
  readonly seed: number;
  readonly figures: TrainingFigures;
  readonly weightsHash: string;
};

export type NewCheckpoint = StoredCheckpoint & { readonly weights: Uint8Array; readonly state: Uint8Array };

export type TrainingStore = ReturnType<typeof createTrainingStore>;

export const createTrainingStore = (db: Database) => ({
  open: (run: OpenRun) => inTransaction(db, (trx) => openRun(trx, run)),
  read: (runId: string) => readRun(db, runId),
  /** The last checkpoint of a seed with the state to go on from; undefined before the first. */
  last: (runId: string, seed: number) => lastCheckpoint(db, runId, seed),
  checkpoints: (runId: string) => readCheckpoints(db, runId),
  /** What trades of the desk were like, for a training to begin with. */
  lived: (query: ExperienceQuery) => readExperiences(db, query),
  save: (runId: string, checkpoint: NewCheckpoint) =>
    inTransaction(db, (trx) => saveCheckpoint(trx, runId, checkpoint)),
  /** The last network of a seed. */
  network: (runId: string, seed: number) => lastNetwork(db, runId, seed),
  /** The verdict on the run's networks; undefined before they are judged. */
  seat: (runId: string) => readSeat(db, runId),
  saveSeat: (seat: NewSeat) => saveSeat(db, seat),
  end: (
    runId: string,
    end: { readonly state: RunState; readonly result: object | null; readonly nowMs: number },
  ): Promise<void> => endRun(db, runId, end),
});

async function lastCheckpoint(db: Database, runId: string, seed: number) {
  const row = await db
    .selectFrom('training_checkpoints')
    .select(['steps', 'state'])
    .where('run_id', '=', runId)
    .where('seed', '=', seed)
    .orderBy('steps', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.state === null) throw new Error(`the last checkpoint of ${runId}, seed ${seed}, has no state`);
  return { steps: row.steps, state: new Uint8Array(row.state) };
}

/** @throws Error where nothing was trained */
async function lastNetwork(db: Database, runId: string, seed: number): Promise<TrainedNetwork> {
  const row = await db
    .selectFrom('training_checkpoints')
    .select(['steps', 'weights_hash', 'weights'])
    .where('run_id', '=', runId)
    .where('seed', '=', seed)
    .orderBy('steps', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined || row.weights === null) throw new Error(`${runId} has no network of seed ${seed}`);
  return { seed, steps: row.steps, weightsHash: row.weights_hash, weights: new Uint8Array(row.weights) };
}

/** By seed and steps. */
export async function readCheckpoints(db: Database, runId: string): Promise<StoredCheckpoint[]> {
  const rows = await db
    .selectFrom('training_checkpoints')
    .select(['seed', 'figures', 'weights_hash'])
    .where('run_id', '=', runId)
    .orderBy('seed')
    .orderBy('steps')
    .execute();
  return rows.map((row) => ({
    seed: row.seed,
    figures: trainingFiguresSchema.parse(row.figures),
    weightsHash: row.weights_hash,
  }));
}

async function saveCheckpoint(trx: Database, runId: string, checkpoint: NewCheckpoint): Promise<void> {
  const { seed, figures, weightsHash, weights, state } = checkpoint;
  const { steps } = figures;
  await sql`insert into training_checkpoints (run_id, seed, steps, figures, weights_hash, weights, state)
    values (${runId}, ${seed}, ${steps}, ${jsonText(figures)}::jsonb, ${weightsHash},
      ${Buffer.from(weights)}, ${Buffer.from(state)})
    on conflict do nothing`.execute(trx);
  await sql`update training_checkpoints set state = null
    where run_id = ${runId} and seed = ${seed} and steps < ${steps} and state is not null`.execute(trx);
  await sql`update training_checkpoints set weights = null
    where run_id = ${runId} and seed = ${seed} and steps < ${steps} and weights is not null and steps <> (
      select steps from training_checkpoints where run_id = ${runId} and seed = ${seed}
      order by (figures ->> 'greedyReturn')::double precision desc, steps limit 1)`.execute(trx);
}
