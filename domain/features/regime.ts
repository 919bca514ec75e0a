/**
 * The market's regime bar by bar: bull, bear or sideways; low, normal or high volatility; on 1×, 4× and 24× bars.
 * Higher bars count only once they are complete. Labels are kept as small codes, confidence is 0 to 1.
 */
import type { IndicatorSeed, Regime, TrendRegime, VolatilityLevel } from '../../schemas/features.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { resample } from '../market/resample.ts';
import { averageDirectionalIndex } from './average-directional-index.ts';
import { exponentialMovingAverage } from './exponential-moving-average.ts';
import { outputColumn } from './kernel.ts';

/** Codes of a trend column: bear -1, sideways 0, bull 1. */
export const TREND_UNKNOWN = -2;
/** Codes of a volatility column: low 0, normal 1, high 2. */
export const VOLATILITY_UNKNOWN = -1;

/** ADX from which a trend counts, and the percentiles of the ATR ratio that part low, normal and high volatility. */
const TREND_ADX_MIN = 20;
export const VOLATILITY_WINDOW_BARS = 250;
const LOW_PERCENTILE = 0.25;
const HIGH_PERCENTILE = 0.75;

export type RegimeColumns = {
  readonly x1: Int8Array;
  readonly x4: Int8Array;
  readonly x24: Int8Array;
  readonly volatility: Int8Array;
  readonly confidence: Float64Array;
  /** Bars since the base label last changed from one known label to another; -1 = no change seen yet. */
  readonly barsSinceChange: Int32Array;
};

export type TrendInputs = {
  readonly close: Float64Array;
  readonly ema50: Float64Array;
  readonly ema200: Float64Array;
  readonly adx14: Float64Array;
};

/** All regime columns. `atrRatio` = ATR14 / close of the base bars. */
export function computeRegimes(
  bars: BarSeries,
  base: TrendInputs,
  atrRatio: Float64Array,
  seed: IndicatorSeed,
): RegimeColumns {
  const x1 = trendCodes(base);
  const x4 = higherTrendCodes(bars, 4, seed);
  const x24 = higherTrendCodes(bars, 24, seed);
  return {
    x1,
    x4,
    x24,
    volatility: volatilityCodes(atrRatio),
    confidence: confidences(base.adx14, x1, x4, x24),
    barsSinceChange: barsSinceChange(x1),
  };
}

/** Bull: close > EMA200, EMA50 > EMA200, ADX >= 20; bear mirrored; else sideways. First label where EMA200 is known. */
export function trendCodes({ close, ema50, ema200, adx14 }: TrendInputs): Int8Array {
  const codes = new Int8Array(close.length).fill(TREND_UNKNOWN);
  for (let i = 0; i < close.length; i += 1) {
    const slow = ema200[i] as number;
    const adx = adx14[i] as number;
    if (Number.isNaN(slow) || Number.isNaN(adx)) continue;
    const price = Math.sign((close[i] as number) - slow);
    const average = Math.sign((ema50[i] as number) - slow);
    codes[i] = adx >= TREND_ADX_MIN && price === average ? price : 0;
  }
  return codes;
}

function higherTrendCodes(bars: BarSeries, factor: number, seed: IndicatorSeed): Int8Array {
  const higher = resample(bars, factor);
  const { close } = higher.bars;
  const codes = trendCodes({
    close,
    ema50: exponentialMovingAverage(close, 50),
    ema200: exponentialMovingAverage(close, 200),
    adx14: averageDirectionalIndex(higher.bars, 14, seed).adx,
  });
  return Int8Array.from(higher.lastCompleted, (index) => codes[index] ?? TREND_UNKNOWN);
}

/**
 * Percentile of the bar's ATR ratio among the last 250, itself included, ties
 * counted half: below 0.25 low, above 0.75 high.
 * Ties count half so that a market of constant range is normal. Warm-up: 250 ratios, index 263 with ATR14.
 */
export function volatilityCodes(atrRatio: Float64Array): Int8Array {
  const codes = new Int8Array(atrRatio.length).fill(VOLATILITY_UNKNOWN);
  for (let i = VOLATILITY_WINDOW_BARS - 1; i < atrRatio.length; i += 1) {
    if (Number.isNaN(atrRatio[i - VOLATILITY_WINDOW_BARS + 1])) continue;
    const percentile = percentileOf(atrRatio, i);
    codes[i] = percentile < LOW_PERCENTILE ? 0 : percentile > HIGH_PERCENTILE ? 2 : 1;
  }
  return codes;
}

function percentileOf(values: Float64Array, i: number): number {
  const value = values[i] as number;
  let below = 0;
  let equal = 0;
  for (let j = i - VOLATILITY_WINDOW_BARS + 1; j <= i; j += 1) {
    const other = values[j] as number;
    below += other < value ? 1 : 0;
    equal += other === value ? 1 : 0;
  }
  return (below + equal / 2) / VOLATILITY_WINDOW_BARS;
}

/** Strength of the base label by ADX, times the share of the labelled time frames that carry the same label. */
function confidences(adx14: Float64Array, x1: Int8Array, x4: Int8Array, x24: Int8Array): Float64Array {
  const column = outputColumn(x1.length);
  for (let i = 0; i < x1.length; i += 1) {
    const code = x1[i] as number;
    if (code === TREND_UNKNOWN) continue;
    column[i] = labelStrength(code, adx14[i] as number) * agreement(code, x4[i] as number, x24[i] as number);
  }
  return column;
}

/** A trend: 0.5 at ADX 20, 1 from ADX 50. Sideways: 1 at ADX 0, 0.5 from ADX 20. Chosen, no outside source. */
function labelStrength(code: number, adx: number): number {
  const distance = code === 0 ? (TREND_ADX_MIN - adx) / 20 : (adx - TREND_ADX_MIN) / 30;
  return 0.5 + 0.5 * Math.min(1, Math.max(0, distance));
}

function agreement(code: number, x4: number, x24: number): number {
  const labelled = 1 + (x4 === TREND_UNKNOWN ? 0 : 1) + (x24 === TREND_UNKNOWN ? 0 : 1);
  return (1 + (x4 === code ? 1 : 0) + (x24 === code ? 1 : 0)) / labelled;
}

function barsSinceChange(codes: Int8Array): Int32Array {
  const column = new Int32Array(codes.length).fill(-1);
  for (let i = 1; i < codes.length; i += 1) {
    const before = codes[i - 1] as number;
    if (before === TREND_UNKNOWN) continue;
    const since = column[i - 1] as number;
    column[i] = codes[i] !== before ? 0 : since < 0 ? -1 : since + 1;
  }
  return column;
}

/** The regime at bar `i` as data; labels are null before warm-up. @throws RangeError outside the series */
export function regimeOf(columns: RegimeColumns, i: number): Regime {
  const code = columns.x1[i];
  if (code === undefined) throw new RangeError(`bar ${i} does not exist`);
  const confidence = columns.confidence[i] as number;
  return {
    label: trendLabel(code),
    confidence: Number.isNaN(confidence) ? 0 : confidence,
    volatility: volatilityLabel(columns.volatility[i] as number),
    byTimeframe: {
      x1: trendLabel(code),
      x4: trendLabel(columns.x4[i] as number),
      x24: trendLabel(columns.x24[i] as number),
    },
  };
}

/** The label of a code; null for one that is not known yet. */
export const trendLabel = (code: number): TrendRegime | null =>
  code === 1 ? 'bull' : code === -1 ? 'bear' : code === 0 ? 'sideways' : null;

const volatilityLabel = (code: number): VolatilityLevel | null =>
  code === 0 ? 'low' : code === 1 ? 'normal' : code === 2 ? 'high' : null;
