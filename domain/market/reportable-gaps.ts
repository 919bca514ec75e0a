/**
 * The gaps worth telling of a data set. Pairs trade around the clock: every missing stamp of the fixed grid.
 * Exchange-traded symbols (stocks) are closed at night, at weekends and on holidays; without a calendar of sessions
 * only two kinds are certain: bars missing inside one trading day, and five or more weekdays missing in a row
 * (the longest closing of the New York exchange since 1933, September 2001, was four weekdays).
 */
import type { Gap } from '../../schemas/market.ts';
import type { BarSeries } from './bar-series.ts';
import { findGaps } from './gaps.ts';
import { isPair } from './symbol.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** With 5 hours off, a New York trading day (04:00 to 20:00 local, winter and summer) lies within one UTC date. */
const NEW_YORK_SHIFT_MS = 5 * HOUR_MS;
const WEEKDAYS_CERTAIN = 5;

/** Gaps in time order. `missingCount` counts stamps of the grid inside a day, and weekdays where whole days miss. */
export function findReportableGaps(series: BarSeries): Gap[] {
  const gaps = findGaps(series);
  return looksExchangeTraded(series) ? gaps.flatMap((gap) => certainGap(gap, series.intervalMs)) : gaps;
}

/** No pair, no bar at a weekend, and none in the small hours of New York (21:00 to 02:59 winter time). */
function looksExchangeTraded(series: BarSeries): boolean {
  if (isPair(series.symbol) || series.intervalMs > DAY_MS) return false;
  return series.openTimeMs.every((openTimeMs) => {
    if (!isWeekday(tradingDay(openTimeMs, series.intervalMs))) return false;
    const hour = ((openTimeMs - NEW_YORK_SHIFT_MS) % DAY_MS) / HOUR_MS;
    return series.intervalMs === DAY_MS || (hour >= 3 && hour < 21);
  });
}

/** The date as a day number since 1970; daily bars carry it in their stamp, whatever the hour. */
const tradingDay = (ms: number, intervalMs: number): number =>
  Math.floor((intervalMs >= DAY_MS ? ms : ms - NEW_YORK_SHIFT_MS) / DAY_MS);

const isWeekday = (day: number): boolean => (day + 3) % 7 < 5; // 1970-01-01 was a Thursday: Monday is 0

function certainGap(gap: Gap, intervalMs: number): Gap[] {
  const beforeDay = tradingDay(gap.fromMs - intervalMs, intervalMs);
  const afterDay = tradingDay(gap.fromMs + gap.missingCount * intervalMs, intervalMs);
  if (beforeDay === afterDay) return [gap];
  const missing: number[] = [];
  for (let day = beforeDay + 1; day < afterDay; day += 1) if (isWeekday(day)) missing.push(day);
  const first = missing[0];
  if (first === undefined || missing.length < WEEKDAYS_CERTAIN) return [];
  return [{ fromMs: gap.fromMs + (first - beforeDay - 1) * DAY_MS, missingCount: missing.length }];
}
