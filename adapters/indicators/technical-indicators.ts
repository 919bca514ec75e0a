/**
 * The wider set of indicators that no hot loop needs, by the `technicalindicators` package behind our own interface:
 * one column a name, one value a bar, NaN before the stated warm-up, never looking past bar i.
 * Left out on purpose: what the package gets wrong for us (ADL and RSI are rounded, TRIX drops zeros).
 */
import {
  awesomeoscillator,
  cci,
  forceindex,
  ichimokucloud,
  mfi,
  psar,
  sma,
  stochastic,
  williamsr,
} from 'technicalindicators';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { type CandlestickPattern, mapPatterns, patternBars, patternColumn } from './candlestick-patterns.ts';

/** `percent`: 0 to 100 (Williams %R: -100 to 0). `points`: the indicator's own scale. `seen`: 1 or 0. */
export type WideUnit = 'percent' | 'points' | 'price' | 'priceTimesVolume' | 'seen';

/** `warmupBars` = bars needed before the first value. */
export type WideIndicator = { readonly unit: WideUnit; readonly warmupBars: number; readonly values: Float64Array };

export type WideIndicatorName =
  | 'stochasticK'
  | 'stochasticD'
  | 'williamsR'
  | 'cci'
  | 'mfi'
  | 'parabolicSar'
  | 'ichimokuConversion'
  | 'ichimokuBase'
  | 'ichimokuSpanA'
  | 'ichimokuSpanB'
  | 'awesomeOscillator'
  | 'forceIndex'
  | CandlestickPattern;
export type WideIndicators = Readonly<Record<WideIndicatorName, WideIndicator>>;

/**
 * All of them with their usual parameters: stochastic 14, 3, 3 (simple means), Williams %R 14, CCI 20, MFI 14 (two
 * decimals, as the package gives it), parabolic SAR 0.02 to 0.2, Ichimoku 9, 26, 52 (spans at the bar they are known,
 * not drawn ahead), awesome oscillator 5, 34, force index 13, and the candlestick patterns.
 */
export function wideIndicators(bars: BarSeries): WideIndicators {
  const prices = pricesOf(bars);
  const { k, d } = slowStochastic(bars, 14, 3, 3);
  const wide = (unit: WideUnit, warmupBars: number, values: readonly number[]): WideIndicator => ({
    unit,
    warmupBars,
    values: aligned(bars.close.length, values),
  });
  return {
    stochasticK: { unit: 'percent', warmupBars: 16, values: k },
    stochasticD: { unit: 'percent', warmupBars: 18, values: d },
    williamsR: wide('percent', 14, williamsr({ ...prices, period: 14 })),
    cci: wide('points', 20, cci({ ...prices, period: 20 })),
    mfi: wide('percent', 16, mfi({ ...prices, period: 14 })),
    parabolicSar: wide('price', 1, psar({ ...prices, step: 0.02, max: 0.2 })),
    ...ichimoku(bars),
    awesomeOscillator: wide('price', 34, awesomeoscillator({ ...prices, fastPeriod: 5, slowPeriod: 34 })),
    forceIndex: wide('priceTimesVolume', 14, forceindex({ ...prices, period: 13 })),
    ...patterns(bars),
  };
}

/** Slow stochastic: %K = mean of `smoothing` fast %K, %D = mean of `signal` %K; 0 to 100. A window without range gives 0. */
export function slowStochastic(
  bars: BarSeries,
  period: number,
  smoothing: number,
  signal: number,
): { readonly k: Float64Array; readonly d: Float64Array } {
  const fast = stochastic({ ...pricesOf(bars), period, signalPeriod: smoothing });
  const slow = fast.map(({ d }) => d).filter((value): value is number => value !== undefined);
  const { length } = bars.close;
  return { k: aligned(length, slow), d: aligned(length, sma({ period: signal, values: slow })) };
}

/** Ichimoku's four lines, in price units; all are first known at bar 52. */
function ichimoku(bars: BarSeries) {
  const { high, low } = pricesOf(bars);
  const lines = ichimokucloud({ high, low, conversionPeriod: 9, basePeriod: 26, spanPeriod: 52, displacement: 26 });
  const line = (values: readonly number[]): WideIndicator => ({
    unit: 'price',
    warmupBars: 52,
    values: aligned(bars.close.length, values),
  });
  return {
    ichimokuConversion: line(lines.map(({ conversion }) => conversion)),
    ichimokuBase: line(lines.map(({ base }) => base)),
    ichimokuSpanA: line(lines.map(({ spanA }) => spanA)),
    ichimokuSpanB: line(lines.map(({ spanB }) => spanB)),
  };
}

function patterns(bars: BarSeries): Readonly<Record<CandlestickPattern, WideIndicator>> {
  const seen = (name: CandlestickPattern): WideIndicator => ({
    unit: 'seen',
    warmupBars: patternBars(name),
    values: patternColumn(bars, name),
  });
  return mapPatterns(seen);
}

type Prices = { open: number[]; high: number[]; low: number[]; close: number[]; volume: number[] };

const pricesOf = (bars: BarSeries): Prices => ({
  open: Array.from(bars.open),
  high: Array.from(bars.high),
  low: Array.from(bars.low),
  close: Array.from(bars.close),
  volume: Array.from(bars.volume),
});

/** The package leaves the warm-up out: its last value belongs to the last bar. */
function aligned(length: number, values: readonly number[]): Float64Array {
  const column = new Float64Array(length).fill(Number.NaN);
  column.set(values, length - values.length);
  return column;
}
