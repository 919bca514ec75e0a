/**
 * Evaluates chromosomes over one market: each gene becomes a mask once, masks are joined, the kernel runs. Masks are
 * kept by gene, the least recently used one goes; columns are kept by name as long as there is room.
 */
import type { Chromosome, Comparator, CompareGene, MarketGene } from '../../../schemas/chromosome.ts';
import { closeAfterBars } from '../../signals/evolved/chromosome-signals.ts';
import { columnKey, type GeneColumns } from '../../signals/evolved/gene-columns.ts';
import { geneMask } from '../../signals/evolved/gene-mask.ts';
import type { EnginePlan } from '../plan.ts';
import { bitsOf, COMPARE, laterBits, wordCount } from './bits.ts';
import type { Kernel, PlacedMarket } from './kernel.ts';
import { PARAMETER_COUNT, RESULT_COUNT, type SearchStatistics, searchParameters, statisticsOf } from './layout.ts';
import type { SearchMemory } from './memory.ts';

export type SearcherParts = {
  readonly memory: SearchMemory;
  readonly kernel: Kernel;
  readonly market: PlacedMarket;
  readonly genes: GeneColumns;
  /** Costs and leverage; sizes, stops and times are the chromosome's. */
  readonly plan: EnginePlan;
  /** Masks kept at once. @default 512 */
  readonly masksMax?: number;
};

export type Searcher = {
  readonly kernel: Kernel['kind'];
  /** Over the bars from `from` to `last`, both included; the whole market without them. */
  readonly evaluate: (chromosome: Chromosome, from?: number, last?: number) => SearchStatistics;
  /** The same for each range [from, to), from an account of its own; masks are joined once for all. */
  readonly evaluateRanges: (chromosome: Chromosome, ranges: readonly SearchRange[]) => SearchStatistics[];
};

type SearchRange = { readonly from: number; readonly to: number };

const MASKS_MAX = 512;

/** Bytes that a searcher takes beside its market. */
export const searcherBytes = (barCount: number, masksMax = MASKS_MAX): number =>
  (masksMax + 4) * wordCount(barCount) * 4 + (barCount + 64) * 8 + 1_024;

/** The plan of a chromosome: a size of its own, stop and target in ATR14, a longest hold; closes before it turns. */
export function chromosomePlan(plan: EnginePlan, chromosome: Chromosome): EnginePlan {
  const { positionFraction, stopAtr, targetAtr } = chromosome.risk;
  return {
    ...plan,
    size: { kind: 'fraction', fraction: positionFraction, at: 'decision', riskFraction: plan.size.riskFraction },
    stopAtr,
    targetAtr,
    maxHoldBars: closeAfterBars(chromosome),
    flips: 'closeFirst',
  };
}

export function createSearcher(parts: SearcherParts): Searcher {
  const { memory, kernel, market, plan } = parts;
  const words = wordCount(market.count);
  const maskOf = maskCache(parts);
  const [long, short, exit, p, out] = [words * 4, words * 4, words * 4, PARAMETER_COUNT * 8, RESULT_COUNT * 8].map(
    memory.allocate,
  ) as [number, number, number, number, number];
  const parameters = new Float64Array(memory.buffer, p, PARAMETER_COUNT);
  const results = new Float64Array(memory.buffer, out, RESULT_COUNT);
  const view = (at: number): Uint32Array => new Uint32Array(memory.buffer, at, words);
  const joinAll = (target: number, entries: readonly MarketGene[], filters: readonly MarketGene[]): void => {
    view(target).fill(entries.length === 0 ? 0 : 0xffff_ffff);
    if (entries.length === 0) return;
    for (const gene of entries) kernel.and(target, maskOf(gene), words);
    for (const gene of filters) kernel.and(target, maskOf(gene), words);
  };
  const join = (chromosome: Chromosome): void => {
    joinAll(long, chromosome.entryLong, chromosome.filter);
    joinAll(short, chromosome.entryShort, chromosome.filter);
    view(exit).fill(0);
    for (const gene of chromosome.exit) if (gene.kind !== 'barsHeld') kernel.or(exit, maskOf(gene), words);
    kernel.settle(long, short, exit, market.blocked, words);
  };
  const runOver = (own: EnginePlan, from: number, last: number): SearchStatistics => {
    searchParameters(own, from, last, parameters);
    kernel.run(market, long, short, exit, p, out);
    return statisticsOf(results);
  };
  return {
    kernel: kernel.kind,
    evaluate(chromosome, from = 0, last = market.count - 1) {
      join(chromosome);
      return runOver(chromosomePlan(plan, chromosome), from, last);
    },
    evaluateRanges(chromosome, ranges) {
      join(chromosome);
      const own = chromosomePlan(plan, chromosome);
      return ranges.map(({ from, to }) => runOver(own, from, to - 1));
    },
  };
}

/** Byte offset of a gene's mask, made when it is not kept. */
function maskCache(parts: SearcherParts): (gene: MarketGene) => number {
  const { memory, market, masksMax = MASKS_MAX } = parts;
  const bytes = wordCount(market.count) * 4;
  const kept = new Map<string, number>();
  const make = maskMaker(parts);
  return (gene) => {
    const key = geneKey(gene);
    const found = kept.get(key);
    if (found !== undefined) {
      kept.delete(key);
      kept.set(key, found);
      return found;
    }
    const [oldest] = kept;
    const place = kept.size >= masksMax && oldest !== undefined ? oldest[1] : memory.allocate(bytes);
    if (kept.size >= masksMax && oldest !== undefined) kept.delete(oldest[0]);
    make(gene, place);
    kept.set(key, place);
    return place;
  };
}

export const geneKey = (gene: MarketGene): string =>
  gene.kind === 'compare'
    ? `${columnKey(gene.indicator, gene.periods)} ${gene.comparator} ${gene.threshold} ${gene.lookback}`
    : `${gene.kind} ${gene.is}`;

const HOW = { above: COMPARE.above, crossesAbove: COMPARE.above, below: COMPARE.below, crossesBelow: COMPARE.below };
const BEFORE: Readonly<Partial<Record<Comparator, 2 | 3>>> = {
  crossesAbove: COMPARE.atMost,
  crossesBelow: COMPARE.atLeast,
};

function maskMaker({ memory, kernel, market, genes }: SearcherParts): (gene: MarketGene, place: number) => void {
  const words = wordCount(market.count);
  const values = memory.allocate((market.count + 32) * 8);
  const before = memory.allocate(words * 4);
  const view = (at: number): Uint32Array => new Uint32Array(memory.buffer, at, words);
  const compare = ({ indicator, periods, comparator, threshold, lookback }: CompareGene, place: number): void => {
    new Float64Array(memory.buffer, values, market.count).set(genes.indicator(indicator, periods));
    kernel.compare(values, market.count, threshold, HOW[comparator], place);
    const was = BEFORE[comparator];
    if (was !== undefined) {
      kernel.compare(values, market.count, threshold, was, before);
      view(before).set(laterBits(view(before)));
      kernel.and(place, before, words);
    }
    let shifted = lookback > 1 ? laterBits(view(place)) : null;
    for (let bars = 1; bars < lookback && shifted !== null; bars += 1) {
      view(before).set(shifted);
      kernel.or(place, before, words);
      shifted = laterBits(shifted);
    }
  };
  return (gene, place) => {
    if (gene.kind === 'compare') compare(gene, place);
    else bitsOf(geneMask(gene, genes), view(place));
  };
}
