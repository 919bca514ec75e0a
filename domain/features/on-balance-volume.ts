/**
 * On-balance volume, in units of volume: adds the bar's volume on a rise, takes it away on a fall. Both seeds agree.
 */
import { type BarColumns, outputColumn } from './kernel.ts';

/**
 * Where the running sum begins: at 0 (StockCharts, ours) or at the first bar's volume (TA-Lib's and TTR's literals).
 */
export type ObvStart = 'zero' | 'firstVolume';

/** Warm-up: none, first value at index 0. An unchanged close adds nothing. */
export function onBalanceVolume(
  { close, volume }: BarColumns,
  start: ObvStart = 'zero',
  out?: Float64Array,
): Float64Array {
  const column = outputColumn(close.length, out);
  let sum = start === 'zero' ? 0 : (volume[0] ?? 0);
  if (close.length > 0) column[0] = sum;
  for (let i = 1; i < close.length; i += 1) {
    sum += Math.sign((close[i] as number) - (close[i - 1] as number)) * (volume[i] as number);
    column[i] = sum;
  }
  return column;
}
