/**
 * Does evolution find what is there and promote nothing where there is nothing? Runs over shuffled real bars (the desk's
 * BTC/USDT hours, which have to be imported), over a planted edge that pays its costs, and over one that does not.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { readBars } from '../../db/bars.ts';
import { periodsPerYear } from '../../domain/backtest/metrics.ts';
import { type Evolved, evolveBars } from '../../domain/learning/runs/evolve-bars.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { evolutionRunInputSchema } from '../../schemas/evolution-run.ts';
import { withDatabase } from '../../scripts/lib/with-database.ts';
import type { ExamAnswer, Experiment, Violation } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { blockShuffled, plantedEdge } from './null-edge/markets.ts';

const HOUR_MS = 3_600_000;
const SEEDS = 500;
const BARS = 20_000;
const NULL_SHARE_MAX = 0.02;
const FOUND_SHARE_MIN = 0.9;
const WEAK_SHARE_MAX = 0.1;

export const experiment: Experiment = {
  name: 'null-edge',
  controls: {},
  run: async ({ seed, size }) => {
    const seeds = size ?? SEEDS;
    const planted = Math.max(1, Math.round(seeds / 10));
    const real = await importedHours();
    const first = real === null ? 0 : seeds;
    const bar = progressBar('null-edge');
    const total = first + 2 * planted;
    let done = 0;
    const runs = async (count: number, market: (seed: number) => BarSeries): Promise<Evolved[]> => {
      const found: Evolved[] = [];
      for (let k = 0; k < count; k += 1) {
        found.push(evolve(market(seed + k), seed + k));
        done += 1;
        bar.show(done, total, '');
        await breathe();
      }
      return found;
    };
    const nulls = real === null ? [] : await runs(first, (one) => blockShuffled(real, one));
    const edges = await runs(planted, (one) => plantedEdge(one, BARS, 0.0025));
    const weak = await runs(planted, (one) => plantedEdge(one, BARS, 0.0002));
    bar.end();
    return answerOf(nulls, edges, weak);
  },
};

function evolve(bars: BarSeries, seed: number): Evolved {
  const costs = { commissionBps: 5, halfSpreadBps: 0, slippageBps: 0 };
  const input = evolutionRunInputSchema.parse({
    symbol: bars.symbol,
    barIntervalMs: bars.intervalMs,
    population: 200,
    generations: 50,
    seed,
    costs,
  });
  return evolveBars(input, bars, periodsPerYear(bars.intervalMs, [bars.symbol]));
}

const isPromoted = ({ promotion }: Evolved): boolean => promotion?.promoted === true;

/** An entry on RSI with a threshold of 20 to 40. */
const hasRsiGene = ({ champion }: Evolved): boolean =>
  champion?.genome.entryLong.some(
    (gene) => gene.kind === 'compare' && gene.indicator === 'rsi' && gene.threshold >= 20 && gene.threshold <= 40,
  ) === true;

function answerOf(nulls: readonly Evolved[], edges: readonly Evolved[], weak: readonly Evolved[]): ExamAnswer {
  const promoted = nulls.filter(isPromoted).length;
  const found = edges.filter((one) => isPromoted(one) && hasRsiGene(one)).length;
  const wrong = weak.filter(isPromoted).length;
  const violations: Violation[] = [];
  if (promoted > nulls.length * NULL_SHARE_MAX)
    violations.push({ kind: 'luckPromoted', where: `${promoted} of ${nulls.length} shuffled markets` });
  if (found < edges.length * FOUND_SHARE_MIN)
    violations.push({ kind: 'edgeMissed', where: `${found} of ${edges.length} planted edges` });
  if (wrong > weak.length * WEAK_SHARE_MAX)
    violations.push({ kind: 'costsForgotten', where: `${wrong} of ${weak.length} edges below their costs` });
  return {
    figures: {
      shuffled: nulls.length,
      shuffledPromoted: promoted,
      planted: edges.length,
      plantedPromoted: edges.filter(isPromoted).length,
      plantedFoundByRsi: found,
      weak: weak.length,
      weakPromoted: wrong,
      trials: [...nulls, ...edges, ...weak].reduce((sum, one) => sum + one.trials, 0),
    },
    violations,
    voidBecause: nulls.length === 0 ? ['no hourly bars of BTC/USDT are imported on this desk'] : [],
  };
}

/** Null where no desk is up or it holds none. */
async function importedHours(): Promise<BarSeries | null> {
  try {
    const bars = await withDatabase({ name: 'exam' }, (db) => readBars(db, 'BTC/USDT', HOUR_MS, null, null));
    return bars.close.length === 0 ? null : bars;
  } catch {
    return null;
  }
}
