/** Trainings in markets on the threads of this machine, by the functions of the product's activities, without a desk. */
import { availableParallelism } from 'node:os';
import type { ComputePool } from '../../../adapters/compute/compute-pool.ts';
import { seatOf } from '../../../domain/learning/agents/seat-run.ts';
import { agentSplit } from '../../../domain/learning/trial/data-split.ts';
import { type BarSeries, sliceSeries } from '../../../domain/market/bar-series.ts';
import { sharedBars } from '../../../domain/market/shared-bars.ts';
import {
  type AgentSeat,
  agentTrainingInputSchema,
  type JudgedSeed,
  type MarketAgent,
  type MarketTrainingInput,
  seedsOf,
} from '../../../schemas/agent-training.ts';

export type AgentRun = {
  readonly agent: MarketAgent;
  /** Of its bars, once for all that are learned from. */
  readonly name: string;
  readonly bars: BarSeries;
  readonly seeds: readonly number[];
  readonly steps: number;
};

type Job = { readonly run: AgentRun; readonly seed: number };

/** The verdict on each run, in their order. @throws what a thread that dies throws */
export async function takeRuns(
  pool: ComputePool,
  runs: readonly AgentRun[],
  onDone: (done: number, all: number) => void,
): Promise<AgentSeat[]> {
  const jobs = runs.flatMap((run) => run.seeds.map((seed): Job => ({ run, seed })));
  const judged = new Map<Job, JudgedSeed>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      judged.set(job, await judgedSeed(pool, job));
      onDone(judged.size, jobs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, work));
  return runs.map((run) => {
    const own = jobs.filter((job) => job.run === run);
    return seatOf(
      run.agent,
      own.map((job) => judged.get(job) as JudgedSeed),
    );
  });
}

async function judgedSeed(pool: ComputePool, { run, seed }: Job): Promise<JudgedSeed> {
  const { name, steps } = run;
  const input = inputOf(run);
  const bars = sharedBars(run.bars);
  const split = agentSplit(bars.close.length);
  const seen = { key: `${name}:seen`, bars: sliceSeries(bars, 0, split.seen), split };
  const part = { input, seed, state: null, toSteps: steps, market: seen };
  const trained = await pool.train({ ...part, signal: new AbortController().signal, onProgress: () => undefined });
  const network = { seed, steps, weightsHash: trained.weightsHash, weights: trained.weights };
  return pool.judge({ input, network, market: { key: name, bars, split } });
}

function inputOf({ agent, bars, seeds, steps }: AgentRun): MarketTrainingInput {
  const { symbol, intervalMs: barIntervalMs } = bars;
  const input = agentTrainingInputSchema.parse({ environment: 'market', agent, symbol, barIntervalMs, seeds, steps });
  if (input.environment !== 'market') throw new Error('a market was asked for');
  return { ...input, seeds: [...seedsOf(input)] };
}
