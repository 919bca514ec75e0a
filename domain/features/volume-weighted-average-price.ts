/**
 * Volume-weighted average price, in price units: Σ typical price · volume /
 * Σ volume, typical = (high + low + close) / 3.
 * Either from the first bar on (`cumulative`) or over the last `period`
 * bars (`rolling`). NaN until something has traded.
 */
import { type BarColumns, outputColumn } from './kernel.ts';
import { windowSum } from './window-moments.ts';

/** Cumulative from the first bar. Warm-up: none, but NaN while no volume has been seen. */
export function cumulativeVwap(bars: BarColumns, out?: Float64Array): Float64Array {
  const column = outputColumn(bars.close.length, out);
  let turnover = 0;
  let volume = 0;
  for (let i = 0; i < column.length; i += 1) {
    turnover += typicalPrice(bars, i) * (bars.volume[i] as number);
    volume += bars.volume[i] as number;
    if (volume > 0) column[i] = turnover / volume;
  }
  return column;
}

/** Over the last `period` bars. Warm-up: first value at index period - 1; NaN where none of them traded. */
export function rollingVwap(bars: BarColumns, period: number, out?: Float64Array): Float64Array {
  const turnover = bars.volume.map((volume, i) => typicalPrice(bars, i) * volume);
  const traded = windowSum(bars.volume, period);
  const column = windowSum(turnover, period, out);
  for (let i = 0; i < column.length; i += 1) {
    column[i] = (traded[i] as number) > 0 ? (column[i] as number) / (traded[i] as number) : Number.NaN;
  }
  return column;
}

const typicalPrice = ({ high, low, close }: BarColumns, i: number): number =>
  ((high[i] as number) + (low[i] as number) + (close[i] as number)) / 3;
