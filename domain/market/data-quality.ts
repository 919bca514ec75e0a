/**
 * What a file of bars is worth: how many bars, how many are missing, without volume or jumping, in all and month by
 * month (UTC). It counts and judges nothing; what is refused, csv-bars.ts says.
 */
import type { Gap } from '../../schemas/market.ts';
import type { BarSeries } from './bar-series.ts';
import { missingTotal } from './gaps.ts';
import { findJumps } from './jumps.ts';

export type MonthQuality = {
  /** Such as 2024-01. */
  readonly month: string;
  readonly bars: number;
  readonly missing: number;
  readonly zeroVolume: number;
  readonly jumps: number;
};

export type DataQuality = {
  readonly rows: number;
  readonly missing: number;
  /** Missing bars as a share of all that should be there, 0 to 1. */
  readonly missingFraction: number;
  readonly zeroVolume: number;
  /** Open times (epoch ms) of the bars that move by more than 50 %. */
  readonly jumps: readonly number[];
  /** Every month from the first bar to the last, those without any bar included. */
  readonly months: readonly MonthQuality[];
};

type Month = { -readonly [K in keyof MonthQuality]: MonthQuality[K] };

export function describeQuality(series: BarSeries, gaps: readonly Gap[]): DataQuality {
  const months = monthsOf(series);
  const at = (ms: number): Month | undefined => months.get(monthText(ms));
  const zeroVolume = countBars(series, at);
  for (const gap of gaps) spreadGap(gap, series.intervalMs, at);
  const jumps = findJumps(series);
  for (const openTimeMs of jumps) {
    const month = at(openTimeMs);
    if (month !== undefined) month.jumps += 1;
  }
  const rows = series.openTimeMs.length;
  const missing = missingTotal(gaps);
  const missingFraction = missing === 0 ? 0 : missing / (rows + missing);
  return { rows, missing, missingFraction, zeroVolume, jumps, months: [...months.values()] };
}

/** Counts bars, and bars without volume, into their months; returns how many have none. */
function countBars({ openTimeMs, volume }: BarSeries, monthAt: (ms: number) => Month | undefined): number {
  let zeroVolume = 0;
  let month: Month | undefined;
  let endMs = Number.NEGATIVE_INFINITY;
  openTimeMs.forEach((ms, i) => {
    if (ms >= endMs) {
      month = monthAt(ms);
      endMs = nextMonthMs(ms);
    }
    const isZero = volume[i] === 0;
    if (isZero) zeroVolume += 1;
    if (month === undefined) return;
    month.bars += 1;
    if (isZero) month.zeroVolume += 1;
  });
  return zeroVolume;
}

const monthText = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

function monthsOf({ openTimeMs }: BarSeries): Map<string, Month> {
  const months = new Map<string, Month>();
  const first = openTimeMs[0];
  const last = openTimeMs.at(-1);
  if (first === undefined || last === undefined) return months;
  for (let ms = first; monthText(ms) <= monthText(last); ms = nextMonthMs(ms)) {
    months.set(monthText(ms), { month: monthText(ms), bars: 0, missing: 0, zeroVolume: 0, jumps: 0 });
  }
  return months;
}

function nextMonthMs(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** A gap may reach over months: each gets the stamps that fall into it. */
function spreadGap(gap: Gap, intervalMs: number, monthAt: (ms: number) => Month | undefined): void {
  let fromMs = gap.fromMs;
  let left = gap.missingCount;
  while (left > 0) {
    const here = Math.min(left, Math.max(1, Math.ceil((nextMonthMs(fromMs) - fromMs) / intervalMs)));
    const month = monthAt(fromMs);
    if (month !== undefined) month.missing += here;
    fromMs += here * intervalMs;
    left -= here;
  }
}
