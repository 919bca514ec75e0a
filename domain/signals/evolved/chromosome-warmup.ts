/** How many bars a chromosome needs before it may speak: the memory of the slowest thing it looks at. */
import type { Chromosome, ExitGene } from '../../../schemas/chromosome.ts';
import { ATR_WARMUP_BARS } from '../strategy.ts';

/** EMA200, which every regime label waits for. */
const REGIME_BARS = 200;
/** EMA50 of the trend's direction. */
const TREND_BARS = 50;

/** Bars until the last of its genes is known and a stop can be placed. */
export function chromosomeWarmupBars({ entryLong, entryShort, exit, filter }: Chromosome): number {
  const genes: readonly ExitGene[] = [...entryLong, ...entryShort, ...exit, ...filter];
  return Math.max(ATR_WARMUP_BARS, ...genes.map(memoryBars));
}

/** ADX smooths twice, MACD's signal follows its slow average, a crossing and a change look one bar further back. */
function memoryBars(gene: ExitGene): number {
  if (gene.kind === 'regime') return REGIME_BARS;
  if (gene.kind === 'trend') return TREND_BARS;
  if (gene.kind === 'barsHeld') return 0;
  const longest = Math.max(...gene.periods);
  if (gene.indicator === 'adx') return 2 * longest + 1;
  if (gene.indicator === 'macdHistogram') return longest + (gene.periods[2] ?? 0) + 1;
  return longest + 2;
}
