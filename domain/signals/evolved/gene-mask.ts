/**
 * What one gene means: true or false at the close of every bar, from bars up to that one only. This is the plain
 * reference; a faster engine must give the same bits. A value that is not known yet makes a comparison false.
 */
import type { Comparator, CompareGene, MarketGene } from '../../../schemas/chromosome.ts';
import type { GeneColumns } from './gene-columns.ts';

/** One byte a bar, 0 or 1. */
export type Mask = Uint8Array;

/**
 * above: v > threshold; below: v < threshold; crossesAbove: v was at or below at the bar before and is above now;
 * crossesBelow: it was at or above and is below now. `before` and `now` may be NaN: then nothing holds.
 */
const HOLDS: Readonly<Record<Comparator, (before: number, now: number, threshold: number) => boolean>> = {
  above: (_before, now, threshold) => now > threshold,
  below: (_before, now, threshold) => now < threshold,
  crossesAbove: (before, now, threshold) => before <= threshold && now > threshold,
  crossesBelow: (before, now, threshold) => before >= threshold && now < threshold,
};

const REGIME_CODES = { bear: -1, sideways: 0, bull: 1 } as const;
const TREND_CODES = { down: -1, flat: 0, up: 1 } as const;

/** The gene at every bar of the series. */
export function geneMask(gene: MarketGene, columns: GeneColumns): Mask {
  if (gene.kind === 'regime') return whereEqual(columns.regime(), REGIME_CODES[gene.is]);
  if (gene.kind === 'trend') return whereEqual(columns.trend(), TREND_CODES[gene.is]);
  return withinLookback(comparisonMask(gene, columns), gene.lookback);
}

function comparisonMask({ indicator, periods, comparator, threshold }: CompareGene, columns: GeneColumns): Mask {
  const values = columns.indicator(indicator, periods);
  const holds = HOLDS[comparator];
  const mask = new Uint8Array(values.length);
  let before = Number.NaN;
  for (let i = 0; i < mask.length; i += 1) {
    const now = values[i] as number;
    if (holds(before, now, threshold)) mask[i] = 1;
    before = now;
  }
  return mask;
}

/** True where the mask was true at the bar or at one of the lookback - 1 bars before it. */
function withinLookback(mask: Mask, lookback: number): Mask {
  if (lookback === 1) return mask;
  let barsSince = Number.POSITIVE_INFINITY;
  return mask.map((bit) => {
    barsSince = bit === 1 ? 0 : barsSince + 1;
    return barsSince < lookback ? 1 : 0;
  });
}

const whereEqual = (codes: Int8Array, code: number): Mask => Uint8Array.from(codes, (one) => (one === code ? 1 : 0));
