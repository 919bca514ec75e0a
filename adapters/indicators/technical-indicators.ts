/**
 * What we take from the `technicalindicators` package, as columns of one value a bar. Where it divides nothing by
 * nothing (a window without a range) we say what holds. Its other indicators round (RSI, MFI, ADL), drop zeros (TRIX,
 * KST), carry the rounding of a spike on in running sums (SMA, CCI) or warm up late (Ichimoku): those are our kernels.
 */
import { forceindex, heikinashi, psar, stochastic, williamsr } from 'technicalindicators';
import { highest, lowest } from '../../domain/features/wide/window-extremes.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';

/** 100 · (close - lowest low) / (highest high - lowest low); 50 without a range. First value at index period - 1. */
export function fastStochastic(bars: BarSeries, period: number): Float64Array {
  const values = stochastic({ ...pricesOf(bars), period, signalPeriod: 1 }).map(({ k }) => k);
  return withoutRange(bars, period, aligned(bars.close.length, values), 50);
}

/** The same from above: 0 at the highest high, -100 at the lowest low, -50 without a range. */
export const williamsPercentRange = (bars: BarSeries, period: number): Float64Array =>
  withoutRange(bars, period, aligned(bars.close.length, williamsr({ ...pricesOf(bars), period })), -50);

/** Wilder's rule, in price units, rising from the first low; a turning bar's own extreme counts. */
export const parabolicSar = (bars: BarSeries, { step, max }: { step: number; max: number }): Float64Array =>
  aligned(bars.close.length, psar({ ...pricesOf(bars), step, max }));

/** EMA of (close - close before) · volume. First value at index `period`. */
export const forceIndex = (bars: BarSeries, period: number): Float64Array =>
  aligned(bars.close.length, forceindex({ ...pricesOf(bars), period }));

/** close = mean of the four prices, open = middle of the body before; high and low hold both. From the first bar on. */
export function heikinAshi(bars: BarSeries) {
  const { open = [], high = [], low = [], close = [] } = heikinashi(pricesOf(bars));
  const column = (values: readonly number[]): Float64Array => aligned(bars.close.length, values);
  return { open: column(open), high: column(high), low: column(low), close: column(close) };
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

function withoutRange({ high, low }: BarSeries, period: number, column: Float64Array, value: number): Float64Array {
  const bottom = lowest(low, period);
  highest(high, period).forEach((top, i) => {
    if (top === bottom[i]) column[i] = value;
  });
  return column;
}
