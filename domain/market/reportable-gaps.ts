/**
 * The gaps of a data set. Pairs trade around the clock: every missing stamp of the fixed grid, as runs. Exchange-traded
 * symbols have gaps by session: each missing trading day of daily bars, each run of missing bars within one session of
 * shorter ones. Nights, weekends and holidays are none, and bars before or after hours are not missed.
 * Gaps are looked for between the first and the last bar, and only where the calendar knows the sessions.
 */
import type { Gap } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { BarSeries } from './bar-series.ts';
import {
  type Calendar,
  calendarOf,
  isExchangeTraded,
  isWeekend,
  rangeProblem,
  sessionsBetween,
  symbolWithCalendar,
  tradesWithin,
} from './calendar.ts';
import { newYorkDay } from './calendars/new-york-time.ts';
import { findGaps } from './gaps.ts';
import { type BarAnchor, dailyStampMs, sessionStamps } from './session-bars.ts';

const DAY_MS = 86_400_000;
/** More bars than this share on days without a session: the symbol does not keep the exchange's days. Chosen. */
const STRAY_SHARE_MAX = 0.1;
/** Two weekends: shorter series say nothing about a calendar. */
const JUDGED_FROM_MS = 14 * DAY_MS;
const ANCHORS: readonly BarAnchor[] = ['clock', 'opening', 'utc'];

type Stamps = Pick<BarSeries, 'symbol' | 'openTimeMs' | 'intervalMs'>;

/** Gaps in time order. `missingCount` counts bars; a missing trading day is a gap of one bar. */
export function findReportableGaps(series: Stamps): Gap[] {
  if (!keepsSessions(series)) return findGaps(series);
  return series.intervalMs === DAY_MS ? missingDays(series) : missingInSessions(series);
}

/**
 * CALENDAR_RANGE when bars lie where the calendar of the symbol knows no sessions: gaps there are not counted.
 * CALENDAR_MISMATCH when the bars speak against the calendar that the symbol tells (calendar.ts).
 */
export function calendarProblems(series: Stamps, file: string): Problem[] {
  const { openTimeMs, symbol } = series;
  if (openTimeMs.length === 0) return [];
  if (!keepsSessions(series)) return mismatchProblems(series, file);
  const ends = [openTimeMs[0] as number, openTimeMs.at(-1) as number];
  const hint = 'gaps outside of it are not counted';
  return ends
    .map((atMs) => rangeProblem(calendarOf(symbol), atMs, file, hint))
    .filter((one) => one !== null)
    .slice(0, 1);
}

function mismatchProblems({ symbol, openTimeMs, intervalMs }: Stamps, file: string): Problem[] {
  const spanMs = (openTimeMs.at(-1) as number) - (openTimeMs[0] as number);
  if (intervalMs > DAY_MS || spanMs < JUDGED_FROM_MS) return [];
  const [got, expected, name, effect] = isExchangeTraded(symbol)
    ? (['bars on days without a session', 'bars on the days of XNYS', '24X7', 'its orders wait for sessions'] as const)
    : (['no bar on a weekend', 'bars around the clock', 'XNYS', 'its nights and weekends count as gaps'] as const);
  if (!isExchangeTraded(symbol) && openTimeMs.some((atMs) => isWeekend(Math.floor(atMs / DAY_MS)))) return [];
  const hint = `${effect}; where that is wrong, store it as ${symbolWithCalendar(symbol, name)}`;
  return [problem('CALENDAR_MISMATCH', file, got, expected, hint)];
}

/** By its symbol, unless the bars say otherwise. Bars longer than a day keep their own grid. */
function keepsSessions({ symbol, openTimeMs, intervalMs }: Stamps): boolean {
  if (!isExchangeTraded(symbol) || intervalMs > DAY_MS) return false;
  const calendar = calendarOf(symbol);
  const strays = openTimeMs.reduce((count, atMs) => count + (isStray(calendar, dayOf(atMs, intervalMs)) ? 1 : 0), 0);
  return strays <= STRAY_SHARE_MAX * openTimeMs.length;
}

/** Outside its range the calendar says nothing against a bar but that it lies on a weekend. */
const isStray = (calendar: Calendar, day: number): boolean =>
  isWeekend(day) ||
  (!tradesWithin(calendar, day * DAY_MS, (day + 1) * DAY_MS) && rangeProblem(calendar, day * DAY_MS) === null);

/** The trading date as days since 1970; daily bars carry it in their stamp, whatever the hour. */
const dayOf = (atMs: number, intervalMs: number): number =>
  intervalMs === DAY_MS ? Math.floor(atMs / DAY_MS) : newYorkDay(atMs);

/** A missing day is stamped like its neighbour: at UTC midnight, or at the same time in New York. */
function missingDays({ symbol, openTimeMs }: Stamps): Gap[] {
  const present = new Set(openTimeMs.map((atMs) => Math.floor(atMs / DAY_MS)));
  const [first, last] = [openTimeMs[0], openTimeMs.at(-1)];
  if (first === undefined || last === undefined) return [];
  const isUtc = first % DAY_MS === 0;
  const shiftMs = first - dailyStampMs(Math.floor(first / DAY_MS));
  return sessionsBetween(calendarOf(symbol), first, last)
    .filter(({ day }) => day * DAY_MS > first && day * DAY_MS < last && !present.has(day))
    .map(({ day }) => ({ fromMs: isUtc ? day * DAY_MS : dailyStampMs(day) + shiftMs, missingCount: 1 }));
}

function missingInSessions(series: Stamps): Gap[] {
  const { symbol, openTimeMs, intervalMs } = series;
  const [first, last] = [openTimeMs[0], openTimeMs.at(-1)];
  if (first === undefined || last === undefined) return [];
  const anchor = anchorOf(series);
  const isThere = presence(series);
  return sessionsBetween(calendarOf(symbol), first, last).flatMap((session) => {
    const stamps = sessionStamps(session, intervalMs, anchor).filter((atMs) => atMs >= first && atMs <= last);
    return runsOf(stamps, isThere);
  });
}

/** Asked in time order whether a bar lies less than half an interval from a stamp. */
function presence({ openTimeMs, intervalMs }: Stamps): (stampMs: number) => boolean {
  let next = 0;
  return (stampMs) => {
    while (next < openTimeMs.length && (openTimeMs[next] as number) <= stampMs - intervalMs / 2) next += 1;
    return next < openTimeMs.length && (openTimeMs[next] as number) < stampMs + intervalMs / 2;
  };
}

function runsOf(stamps: readonly number[], isThere: (stampMs: number) => boolean): Gap[] {
  const gaps: Gap[] = [];
  let isRunning = false;
  for (const fromMs of stamps) {
    const isMissing = !isThere(fromMs);
    const run = gaps.at(-1);
    if (isMissing && isRunning && run !== undefined) run.missingCount += 1;
    else if (isMissing) gaps.push({ fromMs, missingCount: 1 });
    isRunning = isMissing;
  }
  return gaps;
}

/** The grid on which most of the bars lie, the first of equals. */
function anchorOf({ symbol, openTimeMs, intervalMs }: Stamps): BarAnchor {
  const sample = new Set(openTimeMs);
  const sessions = sessionsBetween(calendarOf(symbol), openTimeMs[0] as number, openTimeMs.at(-1) as number);
  const hits = ANCHORS.map((anchor) => {
    const stamps = sessions.slice(0, 250).flatMap((session) => sessionStamps(session, intervalMs, anchor));
    return { anchor, count: stamps.filter((atMs) => sample.has(atMs)).length };
  });
  return hits.reduce((best, one) => (one.count > best.count ? one : best)).anchor;
}
