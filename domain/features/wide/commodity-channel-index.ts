/**
 * Commodity channel index (Lambert 1980), points: (typical - mean) / (0.015 · mean absolute deviation) of the last
 * `period` typical prices. 0 where all of them are equal.
 */
import { type BarColumns, outputColumn } from '../kernel.ts';
import { windowMean } from '../window-moments.ts';
import { typicalPrices } from './typical-prices.ts';

const SCALE = 0.015;

/** Warm-up: first value at index period - 1. @throws RangeError for a period below 1 */
export function commodityChannelIndex(bars: BarColumns, period: number): Float64Array {
  const typical = typicalPrices(bars);
  const means = windowMean(typical, period);
  const column = outputColumn(typical.length);
  for (let i = period - 1; i < typical.length; i += 1) {
    const mean = means[i] as number;
    let deviation = 0;
    for (let k = i - period + 1; k <= i; k += 1) deviation += Math.abs((typical[k] as number) - mean);
    column[i] = deviation === 0 ? 0 : ((typical[i] as number) - mean) / ((SCALE * deviation) / period);
  }
  return column;
}
