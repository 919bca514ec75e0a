/** What is left of bars when only their days count: the last bar of each UTC day. */
import type { BarSeries } from './bar-series.ts';

const DAY_MS = 86_400_000;

/** `day`: whole days since 1970 of the bar's open; `volume` of that bar alone, not of the day. */
export type DayClose = { readonly day: number; readonly close: number; readonly volume: number };

/** Oldest first, of bars `from` (inclusive) to `to` (exclusive); at most the last `daysMax` days. */
export function dayCloses(bars: BarSeries, from: number, to: number, daysMax = Number.POSITIVE_INFINITY): DayClose[] {
  const days: DayClose[] = [];
  for (let i = Math.min(to, bars.openTimeMs.length) - 1; i >= from && days.length < daysMax; i -= 1) {
    const day = Math.floor((bars.openTimeMs[i] as number) / DAY_MS);
    if (days.at(-1)?.day === day) continue;
    days.push({ day, close: bars.close[i] as number, volume: bars.volume[i] as number });
  }
  return days.reverse();
}
