/** Volume ratio: the bar's volume over the mean volume of the last `period` bars, this one included. 1 is average. */
import { windowMean } from './window-moments.ts';

/**
 * Warm-up: first value at index period - 1. NaN where none of the bars traded. @throws RangeError for a period below 1
 */
export function volumeRatio(volume: Float64Array, period: number, out?: Float64Array): Float64Array {
  const column = windowMean(volume, period, out);
  for (let i = 0; i < column.length; i += 1) {
    const average = column[i] as number;
    column[i] = average > 0 ? (volume[i] as number) / average : Number.NaN;
  }
  return column;
}
