/**
 * Moves of more than 50 % within one bar: a split, a wrong unit or a wild market. The data set is kept, but the
 * symbol is quarantined for live and paper trading until somebody accepts the jumps.
 */
import type { BarRow, BarSeries } from './bar-series.ts';
import { barAt } from './bar-series.ts';

const JUMP_FRACTION_MAX = 0.5;

type Prices = Omit<BarRow, 'openTimeMs' | 'volume'>;
type Jump = { readonly column: keyof Prices; readonly changeFraction: number };

/** The price of the bar that lies farthest from the previous close, when it is more than 50 % off; else null. */
export function jumpOf(previousClose: number, bar: Prices): Jump | null {
  let farthest: Jump | null = null;
  for (const column of ['close', 'open', 'high', 'low'] as const) {
    const changeFraction = bar[column] / previousClose - 1;
    const size = Math.abs(changeFraction);
    if (size > Math.max(JUMP_FRACTION_MAX, Math.abs(farthest?.changeFraction ?? 0))) {
      farthest = { column, changeFraction };
    }
  }
  return farthest;
}

/** Open times (epoch ms) of the bars that jump, between two stamps, both inclusive. */
export function findJumps(series: BarSeries, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY) {
  const stamps: number[] = [];
  for (let i = 1; i < series.openTimeMs.length; i += 1) {
    const bar = barAt(series, i);
    if (bar.openTimeMs < fromMs || bar.openTimeMs > toMs) continue;
    if (jumpOf(series.close[i - 1] as number, bar) !== null) stamps.push(bar.openTimeMs);
  }
  return stamps;
}
