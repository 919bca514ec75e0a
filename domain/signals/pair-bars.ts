/**
 * Two series side by side: the instants at which both have a bar, and columns over those instants laid back onto the
 * bars of either one. A bar without a partner has no value there.
 */
import type { BarSeries } from '../market/bar-series.ts';
import type { Columns } from './strategy.ts';

/** `atFirst` and `atSecond`: the bar of each series at common instant n. */
export type PairBars = {
  readonly first: BarSeries;
  readonly second: BarSeries;
  readonly openTimeMs: Float64Array;
  readonly atFirst: Int32Array;
  readonly atSecond: Int32Array;
  readonly closeFirst: Float64Array;
  readonly closeSecond: Float64Array;
};

export function pairBars(first: BarSeries, second: BarSeries): PairBars {
  const atFirst: number[] = [];
  const atSecond: number[] = [];
  for (let i = 0, j = 0; i < first.openTimeMs.length && j < second.openTimeMs.length; ) {
    const apart = (first.openTimeMs[i] as number) - (second.openTimeMs[j] as number);
    if (apart === 0) {
      atFirst.push(i);
      atSecond.push(j);
    }
    if (apart <= 0) i += 1;
    if (apart >= 0) j += 1;
  }
  return {
    first,
    second,
    openTimeMs: Float64Array.from(atFirst, (i) => first.openTimeMs[i] as number),
    atFirst: Int32Array.from(atFirst),
    atSecond: Int32Array.from(atSecond),
    closeFirst: Float64Array.from(atFirst, (i) => first.close[i] as number),
    closeSecond: Float64Array.from(atSecond, (i) => second.close[i] as number),
  };
}

/** Columns over common instants, laid onto the bars of one series: NaN where the other has no bar. */
export function ontoBars(columns: Columns, at: Int32Array, barCount: number): Columns {
  const laid = Object.entries(columns).map(([name, values]) => {
    const column = new Float64Array(barCount).fill(Number.NaN);
    at.forEach((index, n) => {
      column[index] = values[n] as number;
    });
    return [name, column] as const;
  });
  return Object.fromEntries(laid);
}
