/**
 * The end of an evolution: its champion, the one look at the sealed bars, the verdict, and the strategy under an id by
 * which sessions and backtests find it. Safe to repeat: the stored result stands.
 */
import type { EvolutionStore } from '../../db/evolution-store.ts';
import type { ResearchRun } from '../../db/research-runs.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { rivalsOf } from '../../domain/learning/runs/evolve-bars.ts';
import { championOf, type FamousChromosome, NO_LINEAGE } from '../../domain/learning/runs/generation.ts';
import { sealTest } from '../../domain/learning/runs/seal-test.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { chromosomeText } from '../../domain/signals/evolved/chromosome-text.ts';
import { evolvedStrategy } from '../../domain/signals/evolved/evolved-rules.ts';
import {
  type Champion,
  type EvolutionResult,
  type EvolutionRunInput,
  evolutionResultSchema,
  type Promotion,
} from '../../schemas/evolution-run.ts';
import { hallOf, scored } from './evolution-steps.ts';

export type CloseEvolution = { readonly runId: string; readonly stoppedBy: EvolutionResult['stoppedBy'] };

export type CloseParts = {
  readonly store: EvolutionStore;
  readonly loadBars: (run: ResearchRun) => Promise<BarSeries>;
  readonly nowMs: () => number;
};

export async function closeEvolution(
  { store, loadBars, nowMs }: CloseParts,
  { runId, stoppedBy }: CloseEvolution,
  input: EvolutionRunInput,
): Promise<EvolutionResult> {
  const run = await store.read(runId);
  if (run.result !== null) return evolutionResultSchema.parse(run.result);
  const last = await store.last(runId);
  const famous = championOf(hallOf(last?.hall ?? []));
  const counts = await store.counts(runId);
  const champion = famous === null ? null : championFigures(famous, run);
  const promotion = famous === null ? null : await judge(store, run, famous, input, counts.trials, await loadBars(run));
  const result = resultOf(run, { stoppedBy, champion, promotion, counts, last });
  const strategy = champion === null ? null : storedStrategy(champion, promotion, run, nowMs());
  const state = stoppedBy === 'signal' ? 'stopped' : 'done';
  await store.end(runId, strategy, { state, result, nowMs: nowMs() });
  return result;
}

/** The same rules on another market are another strategy. */
function championFigures(famous: FamousChromosome, { data }: ResearchRun): Champion {
  const { id: genomeId, generation, fitness, selectionScore, genome: chromosome } = famous;
  const name = sha256Hex(canonicalJson([data.symbol, data.intervalMs, genomeId])).slice(0, 16);
  const text = chromosomeText(chromosome);
  return { genomeId, generation, fitness, selectionScore, strategyId: `evolved-${name}`, chromosome, text };
}

async function judge(
  store: EvolutionStore,
  { runId, split }: ResearchRun,
  famous: FamousChromosome,
  { direction, costs }: EvolutionRunInput,
  trials: number,
  bars: BarSeries,
): Promise<Promotion | null> {
  if (split === null) return null;
  const hall = hallOf((await store.last(runId))?.hall ?? []);
  const rivals = rivalsOf(famous.id, hall, scored(await store.generation(runId, 0)));
  const terms = { direction, costs };
  return sealTest({ champion: famous.genome, rivals, trials, split, terms }, bars);
}

type Ended = {
  readonly stoppedBy: EvolutionResult['stoppedBy'];
  readonly champion: Champion | null;
  readonly promotion: Promotion | null;
  readonly counts: { readonly trials: number; readonly failedTrials: number };
  readonly last: { readonly generation: number; readonly lineageHash: string } | undefined;
};

function resultOf(run: ResearchRun, { stoppedBy, champion, promotion, counts, last }: Ended): EvolutionResult {
  const lineageHash = last?.lineageHash ?? NO_LINEAGE;
  const { dataHash } = run.data;
  const told = { stoppedBy, generations: last === undefined ? 0 : last.generation + 1, ...counts, champion, promotion };
  const resultHash = sha256Hex(canonicalJson({ ...told, lineageHash, dataHash }));
  return { runId: run.runId, ...told, lineageHash, dataHash, codeVersion: run.codeVersion, resultHash };
}

const storedStrategy = (champion: Champion, promotion: Promotion | null, run: ResearchRun, nowMs: number) => ({
  strategyId: champion.strategyId,
  definition: evolvedStrategy(champion.chromosome),
  promoted: promotion?.promoted === true,
  health: 'unknown',
  symbol: run.data.symbol,
  barIntervalMs: run.data.intervalMs,
  runId: run.runId,
  decidedAtMs: nowMs,
});
