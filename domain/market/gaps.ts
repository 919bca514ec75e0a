/**
 * Missing bars on the fixed grid of a series. Gaps are kept and reported, never filled.
 * The grid is every `intervalMs` from each bar on; a step that is off by less than half an interval
 * (a daily bar stamped at the local open, when the clocks change) is no gap.
 */
import type { Gap } from '../../schemas/market.ts';
import type { BarSeries } from './bar-series.ts';

/** Every run of missing bars in time order: the first missing stamp and how many are missing. */
export function findGaps(series: Pick<BarSeries, 'openTimeMs' | 'intervalMs'>): Gap[] {
  const { openTimeMs, intervalMs } = series;
  const gaps: Gap[] = [];
  for (let i = 1; i < openTimeMs.length; i += 1) {
    const before = openTimeMs[i - 1] as number;
    const missingCount = missingBetween(before, openTimeMs[i] as number, intervalMs);
    if (missingCount > 0) gaps.push({ fromMs: before + intervalMs, missingCount });
  }
  return gaps;
}

/** How many bars are missing between two neighbours: round(step / interval) − 1, at least 0. */
const missingBetween = (beforeMs: number, afterMs: number, intervalMs: number): number =>
  Math.max(0, Math.round((afterMs - beforeMs) / intervalMs) - 1);

/** All missing bars of a list of gaps. */
export const missingTotal = (gaps: readonly Gap[]): number => gaps.reduce((sum, gap) => sum + gap.missingCount, 0);

/** The most frequent distance of two neighbours, the smallest of equals; null below two bars. */
export function commonStepMs({ openTimeMs }: Pick<BarSeries, 'openTimeMs'>): number | null {
  const counts = new Map<number, number>();
  for (let i = 1; i < openTimeMs.length; i += 1) {
    const stepMs = (openTimeMs[i] as number) - (openTimeMs[i - 1] as number);
    counts.set(stepMs, (counts.get(stepMs) ?? 0) + 1);
  }
  const ranked = [...counts].sort(([stepA, a], [stepB, b]) => b - a || stepA - stepB);
  return ranked[0]?.[0] ?? null;
}
