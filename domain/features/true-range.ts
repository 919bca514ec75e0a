/** True range, in price units: max(high, previous close) - min(low, previous close). Both seeds agree. */
import { type BarColumns, outputColumn } from './kernel.ts';

/** Warm-up: first value at index 1 (bar 0 has no previous close). */
export function trueRange({ high, low, close }: BarColumns, out?: Float64Array): Float64Array {
  const column = outputColumn(close.length, out);
  for (let i = 1; i < close.length; i += 1) {
    const before = close[i - 1] as number;
    column[i] = Math.max(high[i] as number, before) - Math.min(low[i] as number, before);
  }
  return column;
}
