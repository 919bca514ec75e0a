/** Research: strategies, the runs that look for them, their candidates and what was found. */
import type { Generated } from 'kysely';
import type { Chromosome } from '../../schemas/chromosome.ts';
import type { DataSplit, ResearchData, RunKind, RunState } from '../../schemas/research.ts';
import type { SearchPoint } from '../../schemas/search-space.ts';
import type { DefaultInstant, Instant, JsonObject, OptionalInstant } from './columns.ts';

export type StrategiesTable = {
  strategy_id: string;
  type: string;
  definition: JsonObject;
  promoted: boolean;
  health: string;
  symbol: Generated<string | null>;
  bar_interval_ms: Generated<number | null>;
  run_id: Generated<string | null>;
  decided_at: OptionalInstant;
};

export type ResearchRunsTable = {
  run_id: string;
  workflow_id: string;
  open_key: string;
  kind: RunKind;
  input: JsonObject;
  state: RunState;
  data: ResearchData;
  data_hash: string;
  split: DataSplit | null;
  code_version: string;
  result: JsonObject | null;
  started_at: Instant;
  ended_at: OptionalInstant;
};

export type TrialsTable = {
  run_id: string;
  trial: number;
  candidate_id: string;
  params: JsonObject;
  state: 'complete' | 'failed';
  fitness: number | null;
  sharpe: number | null;
  figures: JsonObject | null;
  error: string | null;
  evaluated_at: DefaultInstant;
};

export type GenomesTable = {
  run_id: string;
  generation: number;
  position: number;
  genome_id: string;
  parents: readonly string[];
  genes: Chromosome;
  trial: number;
  fitness: number | null;
};

export type GenerationsTable = {
  run_id: string;
  generation: number;
  best_fitness: number | null;
  median_fitness: number | null;
  species_share: number;
  trials: number;
  failed_trials: number;
  lineage_hash: string;
  hall: readonly JsonObject[];
};

export type OptimizationResultsTable = {
  run_id: string;
  symbol: string;
  bar_interval_ms: number;
  strategy_type: string;
  regime: string;
  parameters: SearchPoint;
  fitness: number;
  sharpe: number;
  observations: number;
  skewness: number;
  kurtosis: number;
  trials: number;
  sharpe_variance: number;
  deflated_sharpe: number | null;
  trade_count: number;
  regime_trade_count: number;
  shrunk_to: string | null;
  data_hash: string;
  code_version: string;
  decided_at: Instant;
};

/** Instants and equity as little-endian doubles, one a bar. */
export type BacktestsTable = {
  run_id: string;
  report: JsonObject;
  trades: readonly JsonObject[];
  fills: readonly JsonObject[];
  closed_at_ms: Buffer;
  equity: Buffer;
};

export type ToldBacktestsView = Pick<BacktestsTable, 'run_id' | 'report' | 'trades'> &
  Pick<ResearchRunsTable, 'workflow_id' | 'input' | 'started_at' | 'ended_at'> & { figures: JsonObject | null };
