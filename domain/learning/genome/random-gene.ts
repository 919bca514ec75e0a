/** Genes and risk parameters drawn by chance from `gene-ranges.ts`. Every draw is one that repair leaves as it is. */
import {
  type ChromosomeRisk,
  type CompareGene,
  type ExitGene,
  GENE_INDICATORS,
  type MarketGene,
} from '../../../schemas/chromosome.ts';
import type { Random } from '../../market/random.ts';
import { drawBelow, drawFrom } from '../evolution/recombine.ts';
import { BARS_HELD, GENE_RANGES, type Grid, gridCount, gridValue, LOOKBACKS, RISK_GRIDS } from './gene-ranges.ts';

const COMPARATORS = ['above', 'below', 'crossesAbove', 'crossesBelow'] as const;
const REGIMES = ['bull', 'bear', 'sideways'] as const;
const TRENDS = ['up', 'down', 'flat'] as const;

/** Shares of the kinds; chosen: comparisons are what most rules are made of. */
const COMPARE_SHARE = 0.8;
const BARS_HELD_SHARE = 0.3;
/** Of a lookback beyond the bar itself, of a target, of a limit of time. */
const LOOKBACK_SHARE = 0.3;
const TARGET_SHARE = 0.5;
const MAX_HOLD_SHARE = 0.5;
/** Of thresholds in the half where the comparison seldom holds; the others lie anywhere. */
const RARE_SIDE_SHARE = 0.75;

export const drawOnGrid = (grid: Grid, random: Random): number => gridValue(grid, drawBelow(gridCount(grid), random));

export function randomMarketGene(random: Random): MarketGene {
  if (random.uniform() < COMPARE_SHARE) return randomCompareGene(random);
  if (random.uniform() < 0.5) return { kind: 'regime', is: drawFrom(REGIMES, random) };
  return { kind: 'trend', is: drawFrom(TRENDS, random) };
}

export const randomExitGene = (random: Random): ExitGene =>
  random.uniform() < BARS_HELD_SHARE
    ? { kind: 'barsHeld', above: drawShort(BARS_HELD, random) }
    : randomMarketGene(random);

function randomCompareGene(random: Random): CompareGene {
  const indicator = drawFrom(GENE_INDICATORS, random);
  const { periods, thresholds } = GENE_RANGES[indicator];
  const comparator = drawFrom(COMPARATORS, random);
  return {
    kind: 'compare',
    indicator,
    periods: [...drawFrom(periods, random)],
    comparator,
    threshold: drawThreshold(thresholds, comparator, random),
    lookback: random.uniform() < LOOKBACK_SHARE ? drawFrom(LOOKBACKS, random) : 1,
  };
}

/** Mostly in the half of the grid where the comparison holds seldom: what nearly always holds says nothing. */
function drawThreshold(grid: Grid, comparator: CompareGene['comparator'], random: Random): number {
  if (random.uniform() >= RARE_SIDE_SHARE) return drawOnGrid(grid, random);
  const middle = (gridCount(grid) - 1) / 2;
  const place = drawBelow(Math.floor(middle) + 1, random);
  const isAbove = comparator === 'above' || comparator === 'crossesAbove';
  return gridValue(grid, isAbove ? gridCount(grid) - 1 - place : place);
}

/** Counts of bars: as often 1 to 10 as 10 to 100. */
function drawShort({ low, high }: Grid, random: Random): number {
  return Math.min(high, Math.floor(low * (high / low) ** random.uniform()));
}

/** One risk parameter drawn anew; the two that may be absent are absent half of the time. */
export const RANDOM_RISK: { readonly [Name in keyof ChromosomeRisk]: (random: Random) => ChromosomeRisk[Name] } = {
  positionFraction: (random) => drawOnGrid(RISK_GRIDS.positionFraction, random),
  stopAtr: (random) => drawOnGrid(RISK_GRIDS.stopAtr, random),
  targetAtr: (random) => (random.uniform() < TARGET_SHARE ? drawOnGrid(RISK_GRIDS.targetAtr, random) : null),
  maxHoldBars: (random) => (random.uniform() < MAX_HOLD_SHARE ? drawShort(RISK_GRIDS.maxHoldBars, random) : null),
};

export const randomRisk = (random: Random): ChromosomeRisk => ({
  positionFraction: RANDOM_RISK.positionFraction(random),
  stopAtr: RANDOM_RISK.stopAtr(random),
  targetAtr: RANDOM_RISK.targetAtr(random),
  maxHoldBars: RANDOM_RISK.maxHoldBars(random),
});
