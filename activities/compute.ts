/**
 * The heavy hands of research, on queue `compute`: trials on the threads of this machine. Any number of machines serve
 * the queue. A batch is given by reference and its results go to Postgres; rows that are there already are not
 * evaluated again, so a batch that was lost in the middle is simply done once more.
 */
import { Context, heartbeat } from '@temporalio/activity';
import type { ComputeAnswer, ComputePool } from '../adapters/compute/compute-pool.ts';
import type { MarketData } from '../adapters/market-data/market-data.ts';
import type { EvolutionStore } from '../db/evolution-store.ts';
import type { ResearchRun } from '../db/research-runs.ts';
import type { SearchStore } from '../db/search-store.ts';
import type { TrainingStore } from '../db/training-store.ts';
import type { BacktestResult } from '../domain/backtest/backtest-figures.ts';
import { type ComputeTask, searchOfRow } from '../domain/learning/trial/compute-task.ts';
import { sliceSeries } from '../domain/market/bar-series.ts';
import { type EvolutionResult, evolutionRunInputSchema } from '../schemas/evolution-run.ts';
import { parameterSearchInputSchema } from '../schemas/parameter-search.ts';
import type { TrialBatch } from '../schemas/research.ts';
import { finalOnInvalidInput } from './failure.ts';
import { type CloseEvolution, closeEvolution } from './research/close-evolution.ts';
import { type BacktestParts, type RunBacktest, runBacktest } from './research/run-backtest.ts';
import { runBars, splitOf } from './research/run-bars.ts';
import { askPoints, searchTrialRow } from './research/search-steps.ts';
import { createSharedRunBars, judgeAgents, type TrainAgent, trainAgent } from './research/train-agent.ts';
import { answerAt, evolutionTask, evolutionTrialRow, searchTask } from './research/trial-tasks.ts';

export type ComputeParts = Omit<BacktestParts, 'market' | 'nowMs'> & {
  readonly pool: ComputePool;
  readonly market: MarketData;
  readonly evolutions: EvolutionStore;
  readonly searches: SearchStore;
  readonly trainings: TrainingStore;
  readonly nowMs: () => number;
};

/** A part of a round: `roundFrom` is the first trial of the round, which knows all before it. */
export type SearchBatch = TrialBatch & { readonly roundFrom: number };

export type BatchResult = { readonly evaluated: number };

const HEARTBEAT_EVERY_MS = 300;

export type ComputeActivities = ReturnType<typeof createComputeActivities>;

export const createComputeActivities = (parts: ComputeParts) => {
  const { pool, market, evolutions, searches, trainings, nowMs } = parts;
  const barsOf = createSharedRunBars(market);
  const compute = (
    run: ResearchRun,
    task: ComputeTask,
    candidates: readonly string[],
    threads: number,
    progress: Progress,
  ): Promise<readonly ComputeAnswer[]> => {
    const { seen } = splitOf(run);
    return pool.evaluate({
      key: `${run.data.dataHash}:${seen}`,
      loadBars: async () => sliceSeries(await runBars(market, run.data), 0, seen),
      task,
      candidates,
      threads,
      signal: Context.current().cancellationSignal,
      onProgress: (done) => {
        progress.done = done;
      },
    });
  };

  return {
    /** Evaluates the genomes of some trials. @throws InvalidInput (final) DATA_CHANGED */
    evaluateGenomes: ({ runId, fromTrial, toTrial }: TrialBatch): Promise<BatchResult> =>
      beating(async (progress) => {
        const run = await evolutions.read(runId);
        const genomes = await evolutions.toEvaluate(runId, fromTrial, toTrial);
        const input = evolutionRunInputSchema.parse(run.input);
        const texts = genomes.map(({ genes }) => JSON.stringify(genes));
        const answers = await compute(run, evolutionTask(run, input), texts, input.threads, progress);
        const rows = genomes.map(({ trial, genomeId }, index) =>
          evolutionTrialRow(trial, genomeId, answerAt(answers, index)),
        );
        await evolutions.evaluated(runId, rows, fromTrial, toTrial);
        return { evaluated: rows.length };
      }),

    /** Evaluates some trials of a search's round. @throws InvalidInput (final) DATA_CHANGED */
    evaluateTrials: ({ runId, roundFrom, fromTrial, toTrial }: SearchBatch): Promise<BatchResult> =>
      beating(async (progress) => {
        const run = await searches.read(runId);
        const there = await searches.trials(runId, fromTrial, toTrial);
        if (there.length === toTrial - fromTrial) return { evaluated: 0 };
        const input = parameterSearchInputSchema.parse(run.input);
        const points = askPoints(input, await searches.trials(runId, 0, roundFrom), { fromTrial, toTrial });
        const texts = points.map((point) => JSON.stringify(point));
        const answers = await compute(run, searchTask(run, input), texts, input.threads, progress);
        const rows = points.map((point, index) => {
          const { row, error } = answerAt(answers, index);
          return searchTrialRow(fromTrial + index, point, row === null ? null : searchOfRow(row), error);
        });
        await searches.evaluated(runId, rows);
        return { evaluated: rows.length };
      }),

    /**
     * Trains one seed's agent up to a number of steps, from its last
     * checkpoint. @throws InvalidInput (final) DATA_CHANGED
     */
    trainAgent: (part: TrainAgent): Promise<{ readonly trained: boolean }> =>
      beating((progress) => {
        const onProgress = (steps: number): void => {
          progress.done = steps;
        };
        const signal = Context.current().cancellationSignal;
        return trainAgent({ trainings, pool, barsOf, signal, onProgress }, part);
      }),

    /** Judges the networks of a market training and says who is seated. @throws InvalidInput (final) DATA_CHANGED */
    judgeAgents: ({ runId }: { readonly runId: string }): Promise<{ readonly seated: boolean }> =>
      beating(() => judgeAgents({ trainings, pool, barsOf }, runId, nowMs())),

    /** Judges the champion on the sealed bars and ends the run. */
    closeEvolution: (request: CloseEvolution): Promise<EvolutionResult> =>
      beating(async () => {
        const run = await evolutions.read(request.runId);
        const closing = { store: evolutions, loadBars: (one: ResearchRun) => runBars(market, one.data), nowMs };
        return closeEvolution(closing, request, evolutionRunInputSchema.parse(run.input));
      }),

    /** One strategy over bars. @throws InvalidInput (final) DATA_EMPTY, STRATEGY_UNKNOWN */
    runBacktest: (request: RunBacktest): Promise<BacktestResult> => beating(() => runBacktest(parts, request)),
  };
};

type Progress = { done: number };

/**
 * Runs an activity that says three times a second how far it is: so often, because that is when it hears of a pause.
 */
async function beating<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = { done: 0 };
  const timer = setInterval(() => heartbeat({ ...progress }), HEARTBEAT_EVERY_MS);
  try {
    return await finalOnInvalidInput(() => work(progress));
  } finally {
    clearInterval(timer);
  }
}
