/**
 * What the features stage says of one bar, as plain JSON: every feature is a number or null (not warmed up, or not
 * defined for this interval). Known at the close of the bar. Distances, slopes, changes and ratios are fractions.
 */
import type { Level, Regime } from '../../schemas/features.ts';
import type { FeatureColumns } from './feature-columns.ts';
import {
  type Feature,
  featureAt,
  type MomentumFeatures,
  momentumFeatures,
  type TrendFeatures,
  trendFeatures,
  type VolatilityFeatures,
  volatilityFeatures,
} from './feature-groups.ts';
import { levelsOf } from './levels.ts';
import { regimeOf } from './regime.ts';

const LEVELS_EACH_SIDE_MAX = 3;

export type MarketFeatures = {
  readonly symbol: string;
  readonly asOfMs: number;
  readonly close: number;
  readonly trend: TrendFeatures;
  readonly momentum: MomentumFeatures;
  readonly volatility: VolatilityFeatures;
  readonly volume: { readonly volumeRatio: Feature; readonly vwapDistance: Feature; readonly obvSlope: Feature };
  /** The nearest known levels, at most three below and three above the close, lowest first. */
  readonly levels: readonly Level[];
  /** Fractions of the close down to the nearest support below it and up to the nearest resistance above it. */
  readonly supportDistance: Feature;
  readonly resistanceDistance: Feature;
  readonly regime: Regime;
  readonly regimeByTimeframe: Regime['byTimeframe'];
  readonly barsSinceRegimeChange: Feature;
};

/** All features at bar `i`. @throws RangeError outside the series */
export function marketFeatures(columns: FeatureColumns, i: number): MarketFeatures {
  const { bars } = columns;
  const regime = regimeAt(columns, i);
  const close = bars.close[i] as number;
  const levels = levelsAt(columns, i);
  const below = levels.findLast((level) => level.kind === 'support' && level.price <= close);
  const above = levels.find((level) => level.kind === 'resistance' && level.price >= close);
  return {
    symbol: bars.symbol,
    asOfMs: (bars.openTimeMs[i] as number) + bars.intervalMs,
    close,
    trend: trendFeatures(columns, i),
    momentum: momentumFeatures(columns, i),
    volatility: volatilityFeatures(columns, i, regime),
    volume: {
      volumeRatio: featureAt(columns.volumeRatio20, i),
      vwapDistance: featureAt(columns.vwapDistance, i),
      obvSlope: featureAt(columns.obvSlope, i),
    },
    levels: nearestLevels(levels, close),
    supportDistance: below === undefined ? null : 1 - below.price / close,
    resistanceDistance: above === undefined ? null : above.price / close - 1,
    regime,
    regimeByTimeframe: regime.byTimeframe,
    barsSinceRegimeChange: barsSinceRegimeChange(columns, i),
  };
}

/** The regime at bar `i`; labels are null before warm-up. @throws RangeError outside the series */
export const regimeAt = (columns: FeatureColumns, i: number): Regime => regimeOf(columns.regime, i);

/** ATR14 at bar `i` in price units; null before its warm-up (index 14). */
export const atrAt = (columns: FeatureColumns, i: number): number | null => featureAt(columns.atr14, i);

/** All levels known at the close of bar `i`, lowest price first. */
export const levelsAt = (columns: FeatureColumns, i: number): Level[] => levelsOf(columns.levels, i);

/** 0 on the bar where the base label changed, then counting; null when no change has been seen. */
export function barsSinceRegimeChange(columns: FeatureColumns, i: number): number | null {
  const since = columns.regime.barsSinceChange[i] ?? -1;
  return since < 0 ? null : since;
}

function nearestLevels(levels: readonly Level[], close: number): Level[] {
  const split = levels.findIndex((level) => level.price > close);
  const above = split < 0 ? levels.length : split;
  return levels.slice(Math.max(0, above - LEVELS_EACH_SIDE_MAX), above + LEVELS_EACH_SIDE_MAX);
}
