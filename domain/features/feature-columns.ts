/**
 * All feature columns of a series, computed once over the whole of it and strictly causal: the value at bar i uses
 * bars up to i only, so cutting or changing the series after i leaves it byte-equal. NaN before an indicator's warm-up.
 * Returns, distances, slopes and ratios are fractions; EMA, MACD and ATR are in price units; RSI and ADX are 0 to 100.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { averageDirectionalIndex } from './average-directional-index.ts';
import { averageTrueRange } from './average-true-range.ts';
import { bollinger } from './bollinger.ts';
import { changeBetween, changeOverTime, obvSlope, quotient } from './changes.ts';
import { exponentialMovingAverage } from './exponential-moving-average.ts';
import { computeLevels, type LevelLog } from './levels.ts';
import { type MacdColumns, macd } from './macd.ts';
import { logReturns, realisedVolatility } from './realised-volatility.ts';
import { computeRegimes, type RegimeColumns } from './regime.ts';
import { relativeStrengthIndex } from './relative-strength-index.ts';
import { volumeRatio } from './volume-ratio.ts';
import { rollingVwap } from './volume-weighted-average-price.ts';

const HOUR_MS = 3_600_000;

export type FeatureColumns = {
  readonly bars: BarSeries;
  readonly seed: IndicatorSeed;
  readonly ema20: Float64Array;
  readonly ema50: Float64Array;
  readonly ema200: Float64Array;
  readonly rsi14: Float64Array;
  /** RSI points since the bar before. */
  readonly rsiChange: Float64Array;
  readonly macd: MacdColumns;
  readonly adx14: Float64Array;
  readonly plusDi14: Float64Array;
  readonly minusDi14: Float64Array;
  readonly atr14: Float64Array;
  /** ATR14 / close. */
  readonly atrRatio: Float64Array;
  /** %B of the bands (20, 2): 0 at the lower, 1 at the upper band. */
  readonly bollingerPosition: Float64Array;
  readonly bollingerWidth: Float64Array;
  /** Net volume of rises over all volume of the last 20 bars: -1 to 1. */
  readonly obvSlope: Float64Array;
  /** close / VWAP of the last 20 bars - 1. (A VWAP since the first bar says nothing after years.) */
  readonly vwapDistance: Float64Array;
  /** Log return of the bar. */
  readonly barReturn: Float64Array;
  readonly realisedVolatility20: Float64Array;
  /** Realised volatility of 20 bars over that of 100. */
  readonly volatilityRatio: Float64Array;
  readonly volumeRatio20: Float64Array;
  readonly momentum5: Float64Array;
  readonly momentum20: Float64Array;
  readonly rateOfChange10: Float64Array;
  /** close against the last close known that long before; NaN where the interval does not divide the span. */
  readonly change1h: Float64Array;
  readonly change4h: Float64Array;
  readonly change24h: Float64Array;
  readonly regime: RegimeColumns;
  readonly levels: LevelLog;
};

/** Computes every column. Conventions by `seed`; `talib` is the product's. */
export function computeFeatureColumns(bars: BarSeries, seed: IndicatorSeed = 'talib'): FeatureColumns {
  const trend = trendColumns(bars, seed);
  const atr14 = averageTrueRange(bars, 14);
  const atrRatio = quotient(atr14, bars.close);
  return {
    bars,
    seed,
    ...trend,
    ...momentumColumns(bars, seed),
    atr14,
    atrRatio,
    ...volatilityColumns(bars.close),
    ...volumeColumns(bars),
    change1h: changeOverTime(bars, HOUR_MS),
    change4h: changeOverTime(bars, 4 * HOUR_MS),
    change24h: changeOverTime(bars, 24 * HOUR_MS),
    regime: computeRegimes(bars, { close: bars.close, ...trend }, atrRatio, seed),
    levels: computeLevels(bars, atr14),
  };
}

function trendColumns(bars: BarSeries, seed: IndicatorSeed) {
  const direction = averageDirectionalIndex(bars, 14, seed);
  return {
    ema20: exponentialMovingAverage(bars.close, 20),
    ema50: exponentialMovingAverage(bars.close, 50),
    ema200: exponentialMovingAverage(bars.close, 200),
    adx14: direction.adx,
    plusDi14: direction.plusDi,
    minusDi14: direction.minusDi,
  };
}

function momentumColumns({ close }: BarSeries, seed: IndicatorSeed) {
  const rsi14 = relativeStrengthIndex(close, 14);
  return {
    rsi14,
    rsiChange: rsi14.map((value, i) => value - (rsi14[i - 1] ?? Number.NaN)),
    macd: macd(close, { fast: 12, slow: 26, signal: 9 }, seed),
    momentum5: changeBetween(close, 5),
    momentum20: changeBetween(close, 20),
    rateOfChange10: changeBetween(close, 10),
  };
}

function volatilityColumns(close: Float64Array) {
  const bands = bollinger(close, 20, 2);
  const realisedVolatility20 = realisedVolatility(close, 20);
  return {
    bollingerPosition: bands.position,
    bollingerWidth: bands.width,
    barReturn: logReturns(close),
    realisedVolatility20,
    volatilityRatio: quotient(realisedVolatility20, realisedVolatility(close, 100)),
  };
}

function volumeColumns(bars: BarSeries) {
  return {
    obvSlope: obvSlope(bars, 20),
    vwapDistance: quotient(bars.close, rollingVwap(bars, 20)).map((ratio) => ratio - 1),
    volumeRatio20: volumeRatio(bars.volume, 20),
  };
}
