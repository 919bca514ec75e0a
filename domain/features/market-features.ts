/**
 * What the features stage says of one bar, as plain JSON: every feature is a number or null (not warmed up, or not
 * defined for this interval). Known at the close of the bar. Distances, slopes, changes and ratios are fractions.
 */
import type { Level, Regime } from '../../schemas/features.ts';
import type { FeatureColumns } from './feature-columns.ts';
import { levelsOf } from './levels.ts';
import { regimeOf } from './regime.ts';
import { directionCode, directionName, type TrendDirection } from './trend-direction.ts';

const SLOPE_BARS = 5;
const LEVELS_EACH_SIDE_MAX = 3;
/** ADX at which a trend's strength counts as full; chosen. */
const STRONG_ADX = 50;

type Feature = number | null;

export type MarketFeatures = {
  readonly symbol: string;
  readonly asOfMs: number;
  readonly close: number;
  readonly trend: {
    readonly ema20Distance: Feature;
    readonly ema50Distance: Feature;
    readonly ema200Distance: Feature;
    readonly ema20Slope: Feature;
    readonly ema50Slope: Feature;
    readonly ema200Slope: Feature;
    readonly adx: Feature;
    readonly plusDi: Feature;
    readonly minusDi: Feature;
    readonly direction: TrendDirection | null;
    readonly strength: Feature;
    /** 1: EMA20 > EMA50 > EMA200; -1: the reverse; 0: mixed. */
    readonly emaAlignment: Feature;
  };
  readonly momentum: {
    readonly rsi: Feature;
    readonly rsiChange: Feature;
    /** Price units. */
    readonly macdLine: Feature;
    readonly macdSignal: Feature;
    readonly macdHistogram: Feature;
    /** 1: the histogram turned positive on this bar, -1: negative, 0: neither. */
    readonly macdCross: Feature;
    readonly momentum5: Feature;
    readonly momentum20: Feature;
    readonly momentum60: Feature;
    readonly momentum200: Feature;
    readonly rateOfChange10: Feature;
    readonly barReturn: Feature;
    readonly change1h: Feature;
    readonly change4h: Feature;
    readonly change24h: Feature;
  };
  readonly volatility: {
    /** Price units. */
    readonly atr: Feature;
    readonly atrRatio: Feature;
    readonly bollingerPosition: Feature;
    readonly bollingerWidth: Feature;
    readonly realisedVolatility: Feature;
    readonly volatilityRatio: Feature;
    readonly highVolatility: boolean | null;
  };
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
      volumeRatio: at(columns.volumeRatio20, i),
      vwapDistance: at(columns.vwapDistance, i),
      obvSlope: at(columns.obvSlope, i),
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
export const atrAt = (columns: FeatureColumns, i: number): number | null => at(columns.atr14, i);

/** All levels known at the close of bar `i`, lowest price first. */
export const levelsAt = (columns: FeatureColumns, i: number): Level[] => levelsOf(columns.levels, i);

/** 0 on the bar where the base label changed, then counting; null when no change has been seen. */
export function barsSinceRegimeChange(columns: FeatureColumns, i: number): number | null {
  const since = columns.regime.barsSinceChange[i] ?? -1;
  return since < 0 ? null : since;
}

function at(column: Float64Array, i: number): Feature {
  const value = column[i];
  return value === undefined || !Number.isFinite(value) ? null : value;
}

function trendFeatures(columns: FeatureColumns, i: number): MarketFeatures['trend'] {
  const { bars, ema20, ema50, ema200 } = columns;
  const close = bars.close[i] as number;
  const adx = at(columns.adx14, i);
  return {
    ema20Distance: distance(close, at(ema20, i)),
    ema50Distance: distance(close, at(ema50, i)),
    ema200Distance: distance(close, at(ema200, i)),
    ema20Slope: slope(ema20, i),
    ema50Slope: slope(ema50, i),
    ema200Slope: slope(ema200, i),
    adx,
    plusDi: at(columns.plusDi14, i),
    minusDi: at(columns.minusDi14, i),
    direction: direction(close, at(ema20, i), at(ema50, i)),
    strength: adx === null ? null : Math.min(1, adx / STRONG_ADX),
    emaAlignment: alignment(at(ema20, i), at(ema50, i), at(ema200, i)),
  };
}

const distance = (close: number, average: Feature): Feature =>
  average === null || average === 0 ? null : close / average - 1;

/** Fraction per bar over the last 5 bars. */
function slope(column: Float64Array, i: number): Feature {
  const now = at(column, i);
  const past = at(column, i - SLOPE_BARS);
  return now === null || past === null || past === 0 ? null : (now / past - 1) / SLOPE_BARS;
}

function direction(close: number, ema20: Feature, ema50: Feature): TrendDirection | null {
  return ema20 === null || ema50 === null ? null : directionName(directionCode(close, ema20, ema50));
}

/** 1 with the shortest average on top, −1 with the longest, else 0. */
export function alignment(ema20: Feature, ema50: Feature, ema200: Feature): Feature {
  if (ema20 === null || ema50 === null || ema200 === null) return null;
  if (ema20 > ema50 && ema50 > ema200) return 1;
  return ema20 < ema50 && ema50 < ema200 ? -1 : 0;
}

function momentumFeatures(columns: FeatureColumns, i: number): MarketFeatures['momentum'] {
  const { line, signal, histogram } = columns.macd;
  return {
    rsi: at(columns.rsi14, i),
    rsiChange: at(columns.rsiChange, i),
    macdLine: at(line, i),
    macdSignal: at(signal, i),
    macdHistogram: at(histogram, i),
    macdCross: cross(at(histogram, i - 1), at(histogram, i)),
    momentum5: at(columns.momentum5, i),
    momentum20: at(columns.momentum20, i),
    momentum60: change(columns.bars.close, i, 60),
    momentum200: change(columns.bars.close, i, 200),
    rateOfChange10: at(columns.rateOfChange10, i),
    barReturn: at(columns.barReturn, i),
    change1h: at(columns.change1h, i),
    change4h: at(columns.change4h, i),
    change24h: at(columns.change24h, i),
  };
}

/** close[i] / close[i - barCount] - 1. */
function change(close: Float64Array, i: number, barCount: number): Feature {
  const [now, past] = [at(close, i), at(close, i - barCount)];
  return now === null || past === null || past === 0 ? null : now / past - 1;
}

/** 1 where a value has come above 0, −1 where it has come below, else 0. */
export function cross(before: Feature, now: Feature): Feature {
  if (before === null || now === null) return null;
  if (before <= 0 && now > 0) return 1;
  return before >= 0 && now < 0 ? -1 : 0;
}

function volatilityFeatures(columns: FeatureColumns, i: number, regime: Regime): MarketFeatures['volatility'] {
  return {
    atr: at(columns.atr14, i),
    atrRatio: at(columns.atrRatio, i),
    bollingerPosition: at(columns.bollingerPosition, i),
    bollingerWidth: at(columns.bollingerWidth, i),
    realisedVolatility: at(columns.realisedVolatility20, i),
    volatilityRatio: at(columns.volatilityRatio, i),
    highVolatility: regime.volatility === null ? null : regime.volatility === 'high',
  };
}

function nearestLevels(levels: readonly Level[], close: number): Level[] {
  const split = levels.findIndex((level) => level.price > close);
  const above = split < 0 ? levels.length : split;
  return levels.slice(Math.max(0, above - LEVELS_EACH_SIDE_MAX), above + LEVELS_EACH_SIDE_MAX);
}
