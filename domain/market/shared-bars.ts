/** Bars in shared memory: what is sent to a thread of these is not copied. */
import type { BarSeries } from './bar-series.ts';

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

export function sharedBars(bars: BarSeries): BarSeries {
  const count = bars.close.length;
  const memory = new SharedArrayBuffer(Math.max(BYTES, COLUMNS.length * count * BYTES));
  const columns = COLUMNS.map((name, place) => {
    const column = new Float64Array(memory, place * count * BYTES, count);
    column.set(bars[name]);
    return [name, column] as const;
  });
  return { ...bars, ...Object.fromEntries(columns) };
}
