/**
 * Oscillators of the price. TRIX (Hutson): change of a triple EMA, a fraction. Know sure thing (Pring): Σ k · mean of
 * the k-th rate of change in percent, points. Awesome oscillator (Williams): difference of two means of (high + low) /
 * 2, price units. Ultimate oscillator (Williams): 0 to 100. Vortex (Botes and Siepman): two ratios around 1.
 */
import { changeBetween } from '../changes.ts';
import { exponentialMovingAverage } from '../exponential-moving-average.ts';
import { type BarColumns, outputColumn } from '../kernel.ts';
import { relativeStrengthIndex } from '../relative-strength-index.ts';
import { trueRange } from '../true-range.ts';
import { windowMean, windowSum } from '../window-moments.ts';
import { highest, lowest } from './window-extremes.ts';

const NEUTRAL = 50;

/** x[i] / x[i - 1] - 1 of EMA(EMA(EMA)). First value at index 3 · (period - 1) + 1; signal = EMA of it. */
export function trix(values: Float64Array, period: number, signalPeriod: number) {
  const once = exponentialMovingAverage(values, period);
  const thrice = exponentialMovingAverage(exponentialMovingAverage(once, period), period);
  const line = changeBetween(thrice, 1);
  return { trix: line, signal: exponentialMovingAverage(line, signalPeriod) };
}

export type KstPeriods = {
  readonly changes: readonly number[];
  readonly means: readonly number[];
  readonly signal: number;
};

/** Σ k · mean(100 · rate of change), k = 1, 2 …; first where the slowest is known. Signal = plain mean of it. */
export function knowSureThing(values: Float64Array, { changes, means, signal }: KstPeriods) {
  const terms = changes.map((bars, k) => windowMean(changeBetween(values, bars), means[k] as number));
  const line = values.map((_, i) => terms.reduce((sum, term, k) => sum + 100 * (k + 1) * (term[i] as number), 0));
  return { kst: line, signal: windowMean(line, signal) };
}

/** Mean of `fast` minus mean of `slow` bars of (high + low) / 2. First value at index slow - 1. */
export function awesomeOscillator({ high, low }: BarColumns, fast: number, slow: number): Float64Array {
  const middle = high.map((top, i) => (top + (low[i] as number)) / 2);
  const average = windowMean(middle, slow);
  return windowMean(middle, fast).map((value, i) => value - (average[i] as number));
}

/**
 * 100 · (4 a + 2 b + c) / 7, each the buying pressure over the true range of its period (0.5 where there is no range);
 * pressure = close - min(low, close before). First value at index `slow`.
 */
export function ultimateOscillator(bars: BarColumns, fast: number, middle: number, slow: number): Float64Array {
  const { low, close } = bars;
  const pressure = close.map((value, i) =>
    i === 0 ? Number.NaN : value - Math.min(low[i] as number, close[i - 1] as number),
  );
  const range = trueRange(bars);
  const share = (period: number): Float64Array => shareOf(windowSum(pressure, period), windowSum(range, period), 0.5);
  const [a, b, c] = [share(fast), share(middle), share(slow)];
  return close.map((_, i) => (100 * (4 * (a[i] as number) + 2 * (b[i] as number) + (c[i] as number))) / 7);
}

/** plus = Σ |high - low before| / Σ true range, minus = Σ |low - high before| / Σ true range; 1 without any range. */
export function vortex(bars: BarColumns, period: number) {
  const { high, low } = bars;
  const distance = (from: Float64Array, to: Float64Array): Float64Array =>
    from.map((value, i) => (i === 0 ? Number.NaN : Math.abs(value - (to[i - 1] as number))));
  const range = windowSum(trueRange(bars), period);
  return {
    plus: shareOf(windowSum(distance(high, low), period), range, 1),
    minus: shareOf(windowSum(distance(low, high), period), range, 1),
  };
}

export type StochasticRsiPeriods = {
  readonly rsiPeriod: number;
  readonly period: number;
  readonly smoothing: number;
  readonly signal: number;
};

/** RSI's place within its own range of `period` values, 0 to 100 (50 without a move), smoothed by plain means. */
export function stochasticRsi(values: Float64Array, { rsiPeriod, period, smoothing, signal }: StochasticRsiPeriods) {
  const rsi = relativeStrengthIndex(values, rsiPeriod);
  const k = windowMean(placeInRange(rsi, highest(rsi, period), lowest(rsi, period)), smoothing);
  return { k, d: windowMean(k, signal) };
}

/** 100 · (x - low) / (high - low); 50 where high = low. */
function placeInRange(values: Float64Array, high: Float64Array, low: Float64Array): Float64Array {
  const column = outputColumn(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const range = (high[i] as number) - (low[i] as number);
    column[i] = range === 0 ? NEUTRAL : (100 * ((values[i] as number) - (low[i] as number))) / range;
  }
  return column;
}

const shareOf = (part: Float64Array, whole: Float64Array, ofNothing: number): Float64Array =>
  part.map((value, i) => (whole[i] === 0 ? ofNothing : value / (whole[i] as number)));
