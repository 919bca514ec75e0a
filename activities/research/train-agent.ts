/** One part of one seed's training on the threads of this machine: from its last checkpoint to a number of steps. */
import type { ComputePool } from '../../adapters/compute/compute-pool.ts';
import type { TrainingStore } from '../../db/training-store.ts';
import { agentTrainingInputSchema } from '../../schemas/agent-training.ts';

export type TrainAgent = { readonly runId: string; readonly seed: number; readonly toSteps: number };

export type TrainAgentParts = {
  readonly trainings: TrainingStore;
  readonly pool: ComputePool;
  readonly signal: AbortSignal;
  readonly onProgress: (steps: number) => void;
};

/** Nothing is done where the checkpoint is there already, as after a kill behind its writing. */
export async function trainAgent(
  { trainings, pool, signal, onProgress }: TrainAgentParts,
  { runId, seed, toSteps }: TrainAgent,
): Promise<{ readonly trained: boolean }> {
  const [run, last] = await Promise.all([trainings.read(runId), trainings.last(runId, seed)]);
  if (last !== undefined && last.steps >= toSteps) return { trained: false };
  const input = agentTrainingInputSchema.parse(run.input);
  const state = last?.state ?? null;
  const trained = await pool.train({ input, seed, state, toSteps, signal, onProgress });
  await trainings.save(runId, { seed, ...trained });
  return { trained: true };
}
