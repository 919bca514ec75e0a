/** Agents of reinforcement learning: their training, the seats they won, the steps that are remembered. */
import type { AgentSeat, TrainingFigures } from '../../schemas/agent-training.ts';
import type { DefaultInstant, Instant, JsonObject } from './columns.ts';

export type TrainingCheckpointsTable = {
  run_id: string;
  seed: number;
  steps: number;
  figures: TrainingFigures;
  weights_hash: string;
  weights: Buffer | null;
  state: Buffer | null;
  recorded_at: DefaultInstant;
};

export type AgentSeatsTable = {
  run_id: string;
  agent: string;
  symbol: string;
  bar_interval_ms: number;
  direction: string;
  seated: boolean;
  reason: string;
  verdict: AgentSeat;
  dueling: boolean;
  data_hash: string;
  weights_hash: string;
  weights: Buffer;
  decided_at: Instant;
};

export type RlExperiencesTable = {
  trade_id: string;
  agent: string;
  step: number;
  strategy_id: string;
  symbol: string;
  bar_interval_ms: number;
  at: Instant;
  state: readonly number[];
  action: number;
  reward: number;
  terms: JsonObject;
  next_state: readonly number[];
  recorded_at: DefaultInstant;
};
