/**
 * Runs of chromosomes over one market by the search kernel: statistics of a range of bars, a few microseconds a fold.
 * Bars lie once in shared memory; every thread that searches has its own masks in it.
 */
import type { Chromosome } from '../../../schemas/chromosome.ts';
import type { EngineMarket } from '../../engine/market.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../engine/plan.ts';
import type { PlacedMarket } from '../../engine/search/kernel.ts';
import type { SearchStatistics } from '../../engine/search/layout.ts';
import {
  attachSearchMemory,
  chooseKernel,
  marketBytes,
  openSearchMemory,
  placeMarket,
} from '../../engine/search/memory.ts';
import { createSearcher, searcherBytes } from '../../engine/search/searcher.ts';
import type { GeneColumns } from '../../signals/evolved/gene-columns.ts';
import type { BarRange } from '../validation/splits.ts';

/** Statistics of each range, walked from an account of its own. */
export type ChromosomeRunner = (
  chromosome: Chromosome,
  plan: EnginePlan,
  ranges: readonly BarRange[],
) => SearchStatistics[];

/** A market in memory that threads may share, with room for so many of them. */
export type SharedBars = {
  readonly memory: WebAssembly.Memory;
  readonly market: PlacedMarket;
  readonly threads: number;
};

const MASKS_KEPT = 512;

export function placeBars(market: EngineMarket, threads: number): SharedBars {
  const count = market.bars.close.length;
  const memory = openSearchMemory(marketBytes(count) + threads * (searcherBytes(count, MASKS_KEPT) + 4_096));
  return { memory: memory.memory, market: placeMarket(memory, market), threads };
}

/** To be made once a thread: masks are kept for as long as it lives. */
export function chromosomeRunner({ memory: shared, market }: SharedBars, genes: GeneColumns): ChromosomeRunner {
  const memory = attachSearchMemory(shared);
  const { kernel } = chooseKernel(memory);
  const plan: EnginePlan = { ...PLAIN_PLAN };
  const searcher = createSearcher({ memory, kernel, market, genes, plan, masksMax: MASKS_KEPT });
  return (chromosome, wanted, ranges) => {
    Object.assign(plan, wanted);
    return searcher.evaluateRanges(chromosome, ranges);
  };
}
