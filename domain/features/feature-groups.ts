/**
 * Features of one bar by what they speak of: its trend, its momentum, its volatility. Each is null where it is not
 * warmed up, or not defined for this interval. Distances, slopes, changes and ratios are fractions.
 */
import type { Regime } from '../../schemas/features.ts';
import type { FeatureColumns } from './feature-columns.ts';
import { directionCode, directionName, type TrendDirection } from './trend-direction.ts';

const SLOPE_BARS = 5;
/** ADX at which a trend's strength counts as full; chosen. */
const STRONG_ADX = 50;

export type Feature = number | null;

export type TrendFeatures = {
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

export function trendFeatures(columns: FeatureColumns, i: number): TrendFeatures {
  const { bars, ema20, ema50, ema200 } = columns;
  const close = bars.close[i] as number;
  const adx = featureAt(columns.adx14, i);
  return {
    ema20Distance: distance(close, featureAt(ema20, i)),
    ema50Distance: distance(close, featureAt(ema50, i)),
    ema200Distance: distance(close, featureAt(ema200, i)),
    ema20Slope: slope(ema20, i),
    ema50Slope: slope(ema50, i),
    ema200Slope: slope(ema200, i),
    adx,
    plusDi: featureAt(columns.plusDi14, i),
    minusDi: featureAt(columns.minusDi14, i),
    direction: direction(close, featureAt(ema20, i), featureAt(ema50, i)),
    strength: adx === null ? null : Math.min(1, adx / STRONG_ADX),
    emaAlignment: alignment(featureAt(ema20, i), featureAt(ema50, i), featureAt(ema200, i)),
  };
}

const distance = (close: number, average: Feature): Feature =>
  average === null || average === 0 ? null : close / average - 1;

/** Fraction per bar over the last 5 bars. */
function slope(column: Float64Array, i: number): Feature {
  const now = featureAt(column, i);
  const past = featureAt(column, i - SLOPE_BARS);
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

export type MomentumFeatures = {
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

export function momentumFeatures(columns: FeatureColumns, i: number): MomentumFeatures {
  const { line, signal, histogram } = columns.macd;
  return {
    rsi: featureAt(columns.rsi14, i),
    rsiChange: featureAt(columns.rsiChange, i),
    macdLine: featureAt(line, i),
    macdSignal: featureAt(signal, i),
    macdHistogram: featureAt(histogram, i),
    macdCross: cross(featureAt(histogram, i - 1), featureAt(histogram, i)),
    momentum5: featureAt(columns.momentum5, i),
    momentum20: featureAt(columns.momentum20, i),
    momentum60: change(columns.bars.close, i, 60),
    momentum200: change(columns.bars.close, i, 200),
    rateOfChange10: featureAt(columns.rateOfChange10, i),
    barReturn: featureAt(columns.barReturn, i),
    change1h: featureAt(columns.change1h, i),
    change4h: featureAt(columns.change4h, i),
    change24h: featureAt(columns.change24h, i),
  };
}

/** close[i] / close[i - barCount] - 1. */
function change(close: Float64Array, i: number, barCount: number): Feature {
  const [now, past] = [featureAt(close, i), featureAt(close, i - barCount)];
  return now === null || past === null || past === 0 ? null : now / past - 1;
}

/** 1 where a value has come above 0, −1 where it has come below, else 0. */
export function cross(before: Feature, now: Feature): Feature {
  if (before === null || now === null) return null;
  if (before <= 0 && now > 0) return 1;
  return before >= 0 && now < 0 ? -1 : 0;
}

export type VolatilityFeatures = {
  /** Price units. */
  readonly atr: Feature;
  readonly atrRatio: Feature;
  readonly bollingerPosition: Feature;
  readonly bollingerWidth: Feature;
  readonly realisedVolatility: Feature;
  readonly volatilityRatio: Feature;
  readonly highVolatility: boolean | null;
};

export function volatilityFeatures(columns: FeatureColumns, i: number, regime: Regime): VolatilityFeatures {
  return {
    atr: featureAt(columns.atr14, i),
    atrRatio: featureAt(columns.atrRatio, i),
    bollingerPosition: featureAt(columns.bollingerPosition, i),
    bollingerWidth: featureAt(columns.bollingerWidth, i),
    realisedVolatility: featureAt(columns.realisedVolatility20, i),
    volatilityRatio: featureAt(columns.volatilityRatio, i),
    highVolatility: regime.volatility === null ? null : regime.volatility === 'high',
  };
}

/** The value at bar `i`; null outside the column, and where it is not a finite number. */
export function featureAt(column: Float64Array, i: number): Feature {
  const value = column[i];
  return value === undefined || !Number.isFinite(value) ? null : value;
}
