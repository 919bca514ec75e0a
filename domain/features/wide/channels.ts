/**
 * Channels around the price, in price units: Donchian (highest high, lowest low), Keltner (EMA ± ATR) and the
 * chandelier exit (LeBeau: highest high - ATR for a long position, lowest low + ATR for a short one).
 */
import { averageTrueRange } from '../average-true-range.ts';
import { exponentialMovingAverage } from '../exponential-moving-average.ts';
import type { BarColumns } from '../kernel.ts';
import { highest, lowest } from './window-extremes.ts';

export type ChannelColumns = {
  readonly upper: Float64Array;
  readonly middle: Float64Array;
  readonly lower: Float64Array;
};

/**
 * Warm-up: first value at index period - 1, one later with `excludeCurrent` (the channel of the bars before this one,
 * which a break-out is measured against). @throws RangeError for a period below 1
 */
export function donchian({ high, low }: BarColumns, period: number, excludeCurrent: boolean): ChannelColumns {
  const settle = (column: Float64Array) => (excludeCurrent ? delayed(column, 1) : column);
  const upper = settle(highest(high, period));
  const lower = settle(lowest(low, period));
  return { upper, middle: upper.map((top, i) => (top + (lower[i] as number)) / 2), lower };
}

/** middle = EMA(period), bands = middle ± multiplier · ATR(atrPeriod). First values at period - 1 and atrPeriod. */
export function keltner(bars: BarColumns, period: number, atrPeriod: number, multiplier: number): ChannelColumns {
  const middle = exponentialMovingAverage(bars.close, period);
  const reach = averageTrueRange(bars, atrPeriod).map((range) => range * multiplier);
  return {
    upper: middle.map((centre, i) => centre + (reach[i] as number)),
    middle,
    lower: middle.map((centre, i) => centre - (reach[i] as number)),
  };
}

/** Warm-up: first value at index `period`. @throws RangeError for a period below 1 */
export function chandelierExit(bars: BarColumns, period: number, multiplier: number) {
  const range = averageTrueRange(bars, period);
  return {
    long: highest(bars.high, period).map((top, i) => top - multiplier * (range[i] as number)),
    short: lowest(bars.low, period).map((bottom, i) => bottom + multiplier * (range[i] as number)),
  };
}

/** The column `barCount` bars later: the value at i is what was known at i - barCount. */
export function delayed(column: Float64Array, barCount: number): Float64Array {
  const later = new Float64Array(column.length).fill(Number.NaN);
  later.set(column.subarray(0, Math.max(0, column.length - barCount)), Math.min(barCount, column.length));
  return later;
}
