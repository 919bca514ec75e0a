/**
 * One part of one seed's training on the threads of this machine, from its last checkpoint to a number of steps, and
 * the verdict on the trained networks.
 */
import type { ComputePool } from '../../adapters/compute/compute-pool.ts';
import type { TrainingBars } from '../../adapters/compute/training-threads.ts';
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { ResearchRun } from '../../db/research-runs.ts';
import type { TrainingStore } from '../../db/training-store.ts';
import { seatOf } from '../../domain/learning/agents/seat-run.ts';
import { type BarSeries, sliceSeries } from '../../domain/market/bar-series.ts';
import { sharedBars } from '../../domain/market/shared-bars.ts';
import { agentTrainingInputSchema, seedsOf } from '../../schemas/agent-training.ts';
import type { Direction } from '../../schemas/strategy-session.ts';
import { runBars, splitOf } from './run-bars.ts';

export type TrainAgent = { readonly runId: string; readonly seed: number; readonly toSteps: number };

/** The bars of a run in shared memory, kept for its next part. */
export type SharedRunBars = (run: ResearchRun) => Promise<BarSeries>;

type Parts = {
  readonly trainings: TrainingStore;
  readonly pool: ComputePool;
  readonly barsOf: SharedRunBars;
};

export type TrainAgentParts = Parts & {
  readonly signal: AbortSignal;
  readonly onProgress: (steps: number) => void;
};

/** Does nothing when the checkpoint exists already, as after a kill just behind its writing. */
export async function trainAgent(
  { trainings, pool, barsOf, signal, onProgress }: TrainAgentParts,
  { runId, seed, toSteps }: TrainAgent,
): Promise<{ readonly trained: boolean }> {
  const [run, last] = await Promise.all([trainings.read(runId), trainings.last(runId, seed)]);
  if (last !== undefined && last.steps >= toSteps) return { trained: false };
  const input = agentTrainingInputSchema.parse(run.input);
  const state = last?.state ?? null;
  const market = input.environment === 'market' ? await seenBars(run, barsOf) : null;
  const isFirst = state === null && input.environment === 'market' && input.agent === 'spot' && market !== null;
  const lived = isFirst ? await livedIn(trainings, run, market, input.direction) : [];
  const trained = await pool.train({ input, seed, state, toSteps, market, lived, signal, onProgress });
  await trainings.save(runId, { seed, ...trained });
  return { trained: true };
}

/** What a training may see: its own bars and those of the selection. */
async function seenBars(run: ResearchRun, barsOf: SharedRunBars): Promise<TrainingBars> {
  const split = splitOf(run);
  const bars = sliceSeries(await barsOf(run), 0, split.seen);
  return { key: `${run.data.dataHash}:${split.seen}`, bars, split };
}

const LIVED_MAX = 10_000;
const BOTH_SIDES = ['long', 'short'] as const;

/**
 * Steps of the desk's own trades that had closed before the bars a training does not learn from, as far as they had
 * been reviewed when it began, so that a repeated part begins with the same. In numbers that the spot agent sees.
 */
function livedIn(
  trainings: TrainingStore,
  { data, startedAtMs: knownAtMs }: ResearchRun,
  { bars, split }: TrainingBars,
  direction: Direction,
) {
  const untilMs = bars.openTimeMs[split.folds[0]?.to ?? 0] ?? 0;
  const { symbol, intervalMs: barIntervalMs } = data;
  const sides = direction === 'longShort' ? BOTH_SIDES : BOTH_SIDES.filter((side) => direction === `${side}Only`);
  return trainings.lived({ symbol, barIntervalMs, sides, untilMs, knownAtMs, limit: LIVED_MAX });
}

/** Judges the networks of all seeds on the bars that were kept from them. An existing verdict stays. */
export async function judgeAgents(
  { trainings, pool, barsOf }: Parts,
  runId: string,
  nowMs: number,
): Promise<{ readonly seated: boolean }> {
  const known = await trainings.seat(runId);
  if (known !== undefined) return { seated: known.seated };
  const run = await trainings.read(runId);
  const input = agentTrainingInputSchema.parse(run.input);
  if (input.environment !== 'market') throw new Error(`run ${runId} was no training in a market`);
  const market = { key: run.data.dataHash, bars: await barsOf(run), split: splitOf(run) };
  const networks = await Promise.all(seedsOf(input).map((seed) => trainings.network(runId, seed)));
  const judged = await Promise.all(networks.map((network) => pool.judge({ input, network, market })));
  const seat = seatOf(input.agent, judged);
  const weights = networks.find(({ seed }) => seed === seat.seed)?.weights;
  if (weights === undefined) throw new Error(`seed ${seat.seed} of ${runId} has no network`);
  await trainings.saveSeat({ runId, seat, weights, input, dataHash: run.data.dataHash, nowMs });
  return { seated: seat.seated };
}

const RUNS_KEPT = 3;

/** Loads the bars of a run once; those of the last three runs stay. */
export function createSharedRunBars(market: MarketData): SharedRunBars {
  const kept = new Map<string, Promise<BarSeries>>();
  return (run) => {
    const key = run.data.dataHash;
    const found = kept.get(key) ?? runBars(market, run.data).then(sharedBars);
    kept.delete(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) if (kept.size > RUNS_KEPT) kept.delete(oldest);
    return found;
  };
}
