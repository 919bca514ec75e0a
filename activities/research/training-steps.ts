/** The light steps of a training: opening it, its progress, its end. Each is safe to repeat. */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { TrainingStore } from '../../db/training-store.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { learningCurve, trainedSeeds, trainingLeaders } from '../../domain/learning/agents/training-result.ts';
import { agentSplit } from '../../domain/learning/trial/data-split.ts';
import {
  type AgentTrainingInput,
  type AgentTrainingResult,
  agentTrainingInputSchema,
  agentTrainingResultSchema,
  type CurvePoint,
} from '../../schemas/agent-training.ts';
import type { LeaderboardEntry, ResearchData, RunHandle } from '../../schemas/research.ts';
import { openRunBars } from './run-bars.ts';

export type TrainingStepParts = {
  readonly trainings: TrainingStore;
  readonly market: MarketData;
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

/** How long a step of CartPole counts as; it has no bars. */
const CARTPOLE_STEP_MS = 20;
const LEADERS_TOLD = 5;

/** @throws InvalidInput DATA_EMPTY, DATA_TOO_FEW for a market */
export async function openTraining(parts: TrainingStepParts, opening: OpenTraining): Promise<RunHandle> {
  const { trainings, codeVersion, nowMs } = parts;
  const data = await dataOf(parts, opening.input);
  const split = opening.input.environment === 'market' ? agentSplit(data.bars) : null;
  const run = await trainings.open({ ...opening, kind: 'training', data, split, codeVersion, nowMs: nowMs() });
  return { runId: run.runId, startedAtMs: run.startedAtMs, data: run.data };
}

/** CartPole has no bars. */
async function dataOf({ market }: TrainingStepParts, input: AgentTrainingInput): Promise<ResearchData> {
  const { environment } = input;
  if (environment === 'cartpole') {
    return { symbol: environment, intervalMs: CARTPOLE_STEP_MS, bars: 0, dataHash: sha256Hex(environment) };
  }
  const { symbol, barIntervalMs: intervalMs, from, to } = input;
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return openRunBars(market, { symbol, intervalMs, ...range });
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
  const seat = (await trainings.seat(runId)) ?? null;
  const ofMarket = environment === 'market' ? { data: run.data, seat } : {};
  const curve = learningCurve(checkpoints);
  const told = { stoppedBy, environment, seeds: trainedSeeds(checkpoints), curve, ...ofMarket };
  const resultHash = sha256Hex(canonicalJson(told));
  const result = { runId, ...told, codeVersion: run.codeVersion, resultHash };
  await trainings.end(runId, { state: stoppedBy === 'signal' ? 'stopped' : 'done', result, nowMs: nowMs() });
  return result;
}
