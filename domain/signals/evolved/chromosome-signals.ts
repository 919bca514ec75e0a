/**
 * What a chromosome wants at the close of every bar, as masks, and the one rule that needs a position: how long it may
 * be held. Stops, targets and sizes are the engine's; fills come at the next open. The plain reference: a faster engine
 * must give the same bits.
 */
import type { Chromosome, ExitGene, MarketGene } from '../../../schemas/chromosome.ts';
import type { GeneColumns } from './gene-columns.ts';
import { geneMask, type Mask } from './gene-mask.ts';

export type ChromosomeSignals = {
  readonly entryLong: Mask;
  readonly entryShort: Mask;
  /** Closes either side. Holds whether or not there is a position. */
  readonly exit: Mask;
  /** The position is closed at a close at which it has been held for this many bars or more; null = no such rule. */
  readonly closeAfterBars: number | null;
};

/**
 * Entry of a side = its list is not empty, all its genes and all filters hold, no exit gene holds, and the other side
 * does not fire as well. Exit = any market gene of the exit list. closeAfterBars = the least of maxHoldBars and each
 * barsHeld gene's n + 1 (it says: more than n).
 */
export function chromosomeSignals(chromosome: Chromosome, columns: GeneColumns): ChromosomeSignals {
  const masksOf = (genes: readonly MarketGene[]) => genes.map((gene) => geneMask(gene, columns));
  const filters = masksOf(chromosome.filter);
  const long = allOf(masksOf(chromosome.entryLong), filters, columns.count);
  const short = allOf(masksOf(chromosome.entryShort), filters, columns.count);
  const exit = anyOf(masksOf(chromosome.exit.filter(isMarketGene)), columns.count);
  return {
    entryLong: long.map((bit, i) => (bit === 1 && short[i] === 0 && exit[i] === 0 ? 1 : 0)),
    entryShort: short.map((bit, i) => (bit === 1 && long[i] === 0 && exit[i] === 0 ? 1 : 0)),
    exit,
    closeAfterBars: closeAfterBars(chromosome),
  };
}

const isMarketGene = (gene: ExitGene): gene is MarketGene => gene.kind !== 'barsHeld';

export function closeAfterBars({ exit, risk }: Chromosome): number | null {
  const limits = exit.flatMap((gene) => (gene.kind === 'barsHeld' ? [gene.above + 1] : []));
  if (risk.maxHoldBars !== null) limits.push(risk.maxHoldBars);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** No entry gene: never. */
function allOf(entries: readonly Mask[], filters: readonly Mask[], count: number): Mask {
  const masks = [...entries, ...filters];
  return new Uint8Array(count).map((_bit, i) => (entries.length > 0 && masks.every((mask) => mask[i] === 1) ? 1 : 0));
}

const anyOf = (masks: readonly Mask[], count: number): Mask =>
  new Uint8Array(count).map((_bit, i) => (masks.some((mask) => mask[i] === 1) ? 1 : 0));
