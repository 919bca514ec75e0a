/**
 * The kernels by name with one seed bound: what a strategy (built in or a file) gets to build its columns with.
 * Each call gives whole columns, one value a bar, NaN before the warm-up stated in the kernel's own file.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import { type AdxColumns, averageDirectionalIndex } from './average-directional-index.ts';
import { averageTrueRange } from './average-true-range.ts';
import { type BollingerColumns, bollinger } from './bollinger.ts';
import { exponentialMovingAverage } from './exponential-moving-average.ts';
import type { BarColumns } from './kernel.ts';
import { type MacdColumns, macd } from './macd.ts';
import { type ObvStart, onBalanceVolume } from './on-balance-volume.ts';
import { realisedVolatility } from './realised-volatility.ts';
import { relativeStrengthIndex } from './relative-strength-index.ts';
import { simpleMovingAverage } from './simple-moving-average.ts';
import { standardDeviation } from './standard-deviation.ts';
import { trueRange } from './true-range.ts';
import { volumeRatio } from './volume-ratio.ts';
import { cumulativeVwap, rollingVwap } from './volume-weighted-average-price.ts';
import { windowZScore } from './window-moments.ts';

export type Kernels = {
  readonly seed: IndicatorSeed;
  readonly sma: (values: Float64Array, period: number) => Float64Array;
  readonly ema: (values: Float64Array, period: number) => Float64Array;
  readonly rsi: (values: Float64Array, period?: number) => Float64Array;
  readonly macd: (values: Float64Array, fast?: number, slow?: number, signal?: number) => MacdColumns;
  readonly adx: (bars: BarColumns, period?: number) => AdxColumns;
  readonly atr: (bars: BarColumns, period?: number) => Float64Array;
  readonly trueRange: (bars: BarColumns) => Float64Array;
  readonly bollinger: (values: Float64Array, period?: number, deviations?: number) => BollingerColumns;
  readonly obv: (bars: BarColumns, start?: ObvStart) => Float64Array;
  /** Cumulative from the first bar without a period, over the last `period` bars with one. */
  readonly vwap: (bars: BarColumns, period?: number | undefined) => Float64Array;
  readonly realisedVolatility: (values: Float64Array, period?: number) => Float64Array;
  readonly volumeRatio: (volume: Float64Array, period?: number) => Float64Array;
  readonly standardDeviation: (values: Float64Array, period: number) => Float64Array;
  /** (x - mean) / population deviation over the last `period` values; NaN where all are equal. */
  readonly zScore: (values: Float64Array, period: number) => Float64Array;
};

/** The kernels under one seeding convention; `talib` is the product's default. */
export const kernels = (seed: IndicatorSeed = 'talib'): Kernels => ({
  seed,
  sma: (values, period) => simpleMovingAverage(values, period),
  ema: (values, period) => exponentialMovingAverage(values, period),
  rsi: (values, period = 14) => relativeStrengthIndex(values, period),
  macd: (values, fast = 12, slow = 26, signal = 9) => macd(values, { fast, slow, signal }, seed),
  adx: (bars, period = 14) => averageDirectionalIndex(bars, period, seed),
  atr: (bars, period = 14) => averageTrueRange(bars, period),
  trueRange: (bars) => trueRange(bars),
  bollinger: (values, period = 20, deviations = 2) => bollinger(values, period, deviations),
  obv: (bars, start = 'zero') => onBalanceVolume(bars, start),
  vwap: (bars, period) => (period === undefined ? cumulativeVwap(bars) : rollingVwap(bars, period)),
  realisedVolatility: (values, period = 20) => realisedVolatility(values, period),
  volumeRatio: (volume, period = 20) => volumeRatio(volume, period),
  standardDeviation: (values, period) => standardDeviation(values, period),
  zScore: (values, period) => windowZScore(values, period),
});
