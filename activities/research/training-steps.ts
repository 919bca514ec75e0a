/** The light steps of a training: opening it, what it has come to so far, its end. Each is safe to repeat. */
import type { TrainingStore } from '../../db/training-store.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { learningCurve, trainedSeeds, trainingLeaders } from '../../domain/learning/agents/training-result.ts';
import {
  type AgentTrainingInput,
  type AgentTrainingResult,
  agentTrainingInputSchema,
  agentTrainingResultSchema,
  type CurvePoint,
} from '../../schemas/agent-training.ts';
import type { LeaderboardEntry, RunHandle } from '../../schemas/research.ts';

export type TrainingStepParts = {
  readonly trainings: TrainingStore;
  readonly codeVersion: string;
  readonly nowMs: () => number;
};

export type OpenTraining = {
  readonly input: AgentTrainingInput;
  readonly workflowId: string;
  readonly openKey: string;
};

export type TrainingNews = {
  readonly leaderboard: readonly LeaderboardEntry[];
  /** The last point that all seeds have reached. */
  readonly point: CurvePoint | null;
  /** Steps of all seeds together. */
  readonly steps: number;
};

export type CloseTraining = { readonly runId: string; readonly stoppedBy: AgentTrainingResult['stoppedBy'] };

/** A step of CartPole is so long; it has no bars. */
const CARTPOLE_STEP_MS = 20;
const LEADERS_TOLD = 5;

export async function openTraining(parts: TrainingStepParts, opening: OpenTraining): Promise<RunHandle> {
  const { trainings, codeVersion, nowMs } = parts;
  const { environment } = opening.input;
  const data = { symbol: environment, intervalMs: CARTPOLE_STEP_MS, bars: 0, dataHash: sha256Hex(environment) };
  const run = await trainings.open({ ...opening, kind: 'training', data, split: null, codeVersion, nowMs: nowMs() });
  return { runId: run.runId, startedAtMs: run.startedAtMs, data: run.data };
}

export async function trainingNews({ trainings }: TrainingStepParts, runId: string): Promise<TrainingNews> {
  const checkpoints = await trainings.checkpoints(runId);
  const seeds = trainedSeeds(checkpoints);
  return {
    leaderboard: trainingLeaders(seeds, LEADERS_TOLD),
    point: learningCurve(checkpoints).at(-1) ?? null,
    steps: seeds.reduce((sum, { steps }) => sum + steps, 0),
  };
}

export async function closeTraining(
  { trainings, nowMs }: TrainingStepParts,
  { runId, stoppedBy }: CloseTraining,
): Promise<AgentTrainingResult> {
  const run = await trainings.read(runId);
  if (run.result !== null) return agentTrainingResultSchema.parse(run.result);
  const { environment } = agentTrainingInputSchema.parse(run.input);
  const checkpoints = await trainings.checkpoints(runId);
  const told = { stoppedBy, environment, seeds: trainedSeeds(checkpoints), curve: learningCurve(checkpoints) };
  const resultHash = sha256Hex(canonicalJson(told));
  const result = { runId, ...told, codeVersion: run.codeVersion, resultHash };
  await trainings.end(runId, { state: stoppedBy === 'signal' ? 'stopped' : 'done', result, nowMs: nowMs() });
  return result;
}
