/**
 * Masks of genes, kept by what the gene says: a search meets the same genes again and again. What comes out is that of
 * `chromosomeSignals`, bit for bit; the oldest masks go when there are too many.
 */
import type { Chromosome, ExitGene, MarketGene } from '../../../schemas/chromosome.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { EXIT_LONG, EXIT_SHORT, type SignalColumns } from '../../engine/signals.ts';
import { chromosomeWarmupBars } from '../../signals/evolved/chromosome-warmup.ts';
import type { GeneColumns } from '../../signals/evolved/gene-columns.ts';
import { geneMask, type Mask } from '../../signals/evolved/gene-mask.ts';

const BYTES_KEPT = 64_000_000;

export type ChromosomeSpeaker = (chromosome: Chromosome) => SignalColumns;

export function chromosomeSpeaker(columns: GeneColumns): ChromosomeSpeaker {
  const kept = new Map<string, Mask>();
  const keptMax = Math.max(16, Math.floor(BYTES_KEPT / Math.max(1, columns.count)));
  const maskOf = (gene: MarketGene): Mask => {
    const key = canonicalJson(gene);
    const mask = kept.get(key) ?? geneMask(gene, columns);
    kept.delete(key);
    kept.set(key, mask);
    for (const oldest of kept.keys()) if (kept.size > keptMax) kept.delete(oldest);
    return mask;
  };
  return (chromosome) => signalsOf(chromosome, maskOf, columns.count);
}

const isMarketGene = (gene: ExitGene): gene is MarketGene => gene.kind !== 'barsHeld';
const OUT = EXIT_LONG + EXIT_SHORT;

function signalsOf(chromosome: Chromosome, maskOf: (gene: MarketGene) => Mask, count: number): SignalColumns {
  const { entryLong, entryShort, exit, filter } = chromosome;
  const side = new Int8Array(count);
  const out = new Uint8Array(count);
  const filters = filter.map(maskOf);
  const long = entryLong.length === 0 ? null : allOf([...entryLong.map(maskOf), ...filters], count);
  const short = entryShort.length === 0 ? null : allOf([...entryShort.map(maskOf), ...filters], count);
  for (const mask of exit.filter(isMarketGene).map(maskOf)) {
    for (let i = 0; i < count; i += 1) if (mask[i] === 1) out[i] = OUT;
  }
  for (let i = 0; i < count; i += 1) {
    if (out[i] === 0) side[i] = (long === null ? 0 : (long[i] as number)) - (short === null ? 0 : (short[i] as number));
  }
  return { side, exit: out, confidence: null, firstBar: chromosomeWarmupBars(chromosome) - 1 };
}

function allOf([first, ...others]: readonly Mask[], count: number): Mask {
  const all = first === undefined ? new Uint8Array(count) : first.slice();
  for (const mask of others) for (let i = 0; i < count; i += 1) all[i] = (all[i] as number) & (mask[i] as number);
  return all;
}
