/**
 * The genes that evolution draws from: periods to choose, and a grid of thresholds for each. A grid keeps the number of
 * different genes small, so that a search meets the same ones again and their masks can be kept. Ranges of RSI, ADX,
 * stop and target are the product's; the others are chosen.
 */
import type { ChromosomeRisk, GeneIndicator } from '../../../schemas/chromosome.ts';

/** `low` + k · `step`, up to `high`. */
export type Grid = { readonly low: number; readonly high: number; readonly step: number };

export type GeneRange = { readonly periods: readonly (readonly number[])[]; readonly thresholds: Grid };

const single = (...periods: readonly number[]): number[][] => periods.map((period) => [period]);

export const GENE_RANGES: Readonly<Record<GeneIndicator, GeneRange>> = {
  rsi: { periods: single(7, 14, 21), thresholds: { low: 10, high: 90, step: 5 } },
  adx: { periods: single(7, 14, 28), thresholds: { low: 10, high: 40, step: 5 } },
  closeToEma: { periods: single(10, 20, 50, 100, 200), thresholds: { low: -0.08, high: 0.08, step: 0.01 } },
  emaSpread: {
    periods: [5, 8, 12, 21].flatMap((fast) => [26, 50, 100, 200].map((slow) => [fast, slow])),
    thresholds: { low: -0.02, high: 0.02, step: 0.005 },
  },
  macdHistogram: { periods: [[12, 26, 9]], thresholds: { low: -0.004, high: 0.004, step: 0.001 } },
  bollingerPosition: { periods: single(20), thresholds: { low: -0.2, high: 1.2, step: 0.1 } },
  volumeRatio: { periods: single(20), thresholds: { low: 0.5, high: 4, step: 0.25 } },
  atrRatio: { periods: single(14), thresholds: { low: 0.0025, high: 0.05, step: 0.0025 } },
  volatilityRatio: { periods: [[20, 100]], thresholds: { low: 0.5, high: 2, step: 0.1 } },
  change: { periods: single(1, 5, 10, 20), thresholds: { low: -0.1, high: 0.1, step: 0.01 } },
};

export const LOOKBACKS: readonly number[] = [1, 2, 3, 5, 8];
export const BARS_HELD: Grid = { low: 1, high: 200, step: 1 };

/** `positionFraction` ends at the 10 % that no strategy may go beyond. */
export const RISK_GRIDS: Readonly<Record<keyof ChromosomeRisk, Grid>> = {
  positionFraction: { low: 0.01, high: 0.1, step: 0.01 },
  stopAtr: { low: 0.5, high: 5, step: 0.25 },
  targetAtr: { low: 1, high: 10, step: 0.5 },
  maxHoldBars: { low: 1, high: 500, step: 1 },
};

/** How many genes each list may have. */
export const LIST_SIZES = {
  entryLong: { least: 1, most: 3 },
  entryShort: { least: 1, most: 3 },
  exit: { least: 0, most: 2 },
  filter: { least: 0, most: 2 },
} as const;

const GRID_DIGITS = 10;

/** Places of a grid. */
export const gridCount = ({ low, high, step }: Grid): number => Math.round((high - low) / step) + 1;

/** The value at a place, without the dust of adding steps: 0.07, not 0.07000000000000001. */
export const gridValue = ({ low, step }: Grid, place: number): number =>
  Number((low + place * step).toPrecision(GRID_DIGITS)) + 0;

/** The nearest value of the grid. */
export function snap(grid: Grid, value: number): number {
  const place = Math.round((value - grid.low) / grid.step);
  return gridValue(grid, Math.min(gridCount(grid) - 1, Math.max(0, place)));
}
