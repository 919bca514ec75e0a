/**
 * The port of a machine's threads: many candidates over one series of bars, evaluated on as many threads as are asked
 * for. Bars and indicator columns lie once in shared memory, whatever the number of threads. Batches run one after the
 * other; threads stay up between them. How it is done: `thread-pool.ts` and `compute-thread.ts`.
 */

import type { TrainedPart } from '../../domain/learning/agents/train-chunk.ts';
import type { ComputeTask } from '../../domain/learning/trial/compute-task.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { JudgedSeed } from '../../schemas/agent-training.ts';
import type { NetworkToJudge, TrainingRequest } from './training-threads.ts';

export type ComputeRequest = {
  /** Names these very bars: their hash and count. */
  readonly key: string;
  /** Called only when this machine does not hold them yet. */
  readonly loadBars: () => Promise<BarSeries>;
  readonly task: ComputeTask;
  /** Each as JSON. */
  readonly candidates: readonly string[];
  /** 0 = as many as the machine has cores. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** How many are done, now and then. */
  readonly onProgress: (done: number) => void;
};

/** Figures as a row of doubles (`compute-task.ts`), or why there are none. */
export type ComputeAnswer =
  | { readonly row: Float64Array; readonly error: null }
  | { readonly row: null; readonly error: string };

export type ComputePool = {
  /**
   * An answer for each candidate, in order: the same on any number of threads.
   * @throws the signal's reason when it is aborted, or what a thread died of; nobody computes any more then
   */
  readonly evaluate: (request: ComputeRequest) => Promise<readonly ComputeAnswer[]>;
  /**
   * A part of a training, beside batches and other trainings, on a thread of its own.
   * @throws the signal's reason when it is aborted; nobody trains any more then
   */
  readonly train: (request: TrainingRequest) => Promise<TrainedPart>;
  /** A trained network on bars that it has not seen, beside everything else. */
  readonly judge: (question: NetworkToJudge) => Promise<JudgedSeed>;
  /** Starts as many threads as the machine has cores, so that the first batch does not wait for them. */
  readonly warmUp: () => void;
  readonly close: () => Promise<void>;
};
