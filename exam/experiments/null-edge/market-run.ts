/**
 * One evolution over a market of which it is known whether there is anything to find, and what is counted of it.
 * Deterministic: the same order, the same answer, on whatever thread.
 */
import { periodsPerYear } from '../../../domain/backtest/metrics.ts';
import { type Evolved, evolveBars } from '../../../domain/learning/runs/evolve-bars.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { evolutionRunInputSchema } from '../../../schemas/evolution-run.ts';
import { blockShuffled, plantedEdge } from './markets.ts';

/** shuffled: real bars in blocks; planted: an edge that pays its costs; weak: one that does not. */
export type MarketKind = 'shuffled' | 'planted' | 'weak';
export type MarketOrder = { readonly kind: MarketKind; readonly seed: number };

/** `hasRsi`: the champion enters on an RSI with a threshold of 20 to 40. */
export type MarketAnswer = MarketOrder & {
  readonly promoted: boolean;
  readonly hasRsi: boolean;
  readonly trials: number;
};

const BARS = 20_000;
const DRIFT = { planted: 0.0025, weak: 0.0002 } as const;
const COSTS = { commissionBps: 5, halfSpreadBps: 0, slippageBps: 0 };

/** @param real what is shuffled; not read by the other kinds. @throws RangeError where it is missing */
export function runMarket({ kind, seed }: MarketOrder, real: BarSeries | null): MarketAnswer {
  const bars = marketOf({ kind, seed }, real);
  const { symbol, intervalMs: barIntervalMs } = bars;
  const size = { population: 200, generations: 50 };
  const input = evolutionRunInputSchema.parse({ symbol, barIntervalMs, seed, costs: COSTS, ...size });
  const evolved = evolveBars(input, bars, periodsPerYear(barIntervalMs, [symbol]));
  const { promotion, trials } = evolved;
  return { kind, seed, promoted: promotion?.promoted === true, hasRsi: hasRsi(evolved), trials };
}

function marketOf({ kind, seed }: MarketOrder, real: BarSeries | null): BarSeries {
  if (kind !== 'shuffled') return plantedEdge(seed, BARS, DRIFT[kind]);
  if (real === null) throw new RangeError('there are no bars to shuffle');
  return blockShuffled(real, seed);
}

/** Genes of the entry and of the filter alike: all of them have to hold. */
function hasRsi({ champion }: Evolved): boolean {
  if (champion === null) return false;
  const { entryLong, filter } = champion.genome;
  return [...entryLong, ...filter].some(
    (gene) => gene.kind === 'compare' && gene.indicator === 'rsi' && gene.threshold >= 20 && gene.threshold <= 40,
  );
}
