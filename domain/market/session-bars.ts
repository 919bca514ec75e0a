/**
 * Which bars a market makes: pairs one at each step of the UTC grid, exchange-traded symbols one for each interval that
 * touches a session. A daily bar carries 09:30 New York; a shorter one lies on the clock of New York (an hour stamped
 * 09:00 holds 09:30 to 10:00), unless a file counts from the opening (09:30, 10:30 …) or from UTC midnight.
 */
import {
  type Calendar,
  calendarOf,
  newYorkMidnightMs,
  rangeProblem,
  sessionsBetween,
  type TradingSession,
} from './calendar.ts';

const DAY_MS = 86_400_000;
const AUCTION_MS = 9.5 * 3_600_000;
/** Sessions of a year of the New York exchanges: 251.8 on average over 1990 to 2030. */
const YEAR_SESSIONS = 252;
const REGULAR_CLOSE_MS = 16 * 3_600_000;

/** What the stamps of an intraday file count from. */
export type BarAnchor = 'clock' | 'opening' | 'utc';

/** The stamp of a daily bar: 09:30 New York, also where the market opened late. */
export const dailyStampMs = (day: number): number => newYorkMidnightMs(day) + AUCTION_MS;

/** Stamps of all bars that should be there in [fromMs, toMs), in time order; where the calendar ends they end too. */
export function barsExpected(calendar: Calendar, intervalMs: number, fromMs: number, toMs: number): number[] {
  if (calendar === '24x7' || intervalMs > DAY_MS) {
    return stampsFrom(Math.ceil(fromMs / intervalMs) * intervalMs, intervalMs, toMs);
  }
  return sessionsBetween(calendar, fromMs - DAY_MS, toMs + DAY_MS)
    .flatMap((session) => sessionStamps(session, intervalMs))
    .filter((atMs) => atMs >= fromMs && atMs < toMs);
}

/** Longer than any closure of the exchange. */
const CLOSED_DAYS_MAX = 14;

/**
 * The stamp of the bar that should come after the one stamped `afterMs`. A daily bar of an exchange is told apart by
 * its UTC date, whatever the hour of its stamp. Where the calendar ends, one interval later.
 */
export function nextStampMs(symbol: string, intervalMs: number, afterMs: number): number {
  const calendar = calendarOf(symbol);
  if (calendar === '24x7' || intervalMs > DAY_MS) return afterMs + intervalMs;
  const stamps = sessionsBetween(calendar, afterMs - DAY_MS, afterMs + CLOSED_DAYS_MAX * DAY_MS).flatMap((session) =>
    sessionStamps(session, intervalMs),
  );
  const placeOf = (atMs: number): number => (intervalMs === DAY_MS ? Math.floor(atMs / DAY_MS) : atMs);
  return stamps.find((atMs) => placeOf(atMs) > placeOf(afterMs)) ?? afterMs + intervalMs;
}

/** From which open time on the last `count` bars before `beforeMs` lie, nights, weekends and holidays left out. */
export function barsBackMs(symbol: string, intervalMs: number, count: number, beforeMs: number): number {
  const calendar = calendarOf(symbol);
  if (calendar === '24x7' || intervalMs > DAY_MS) return beforeMs - count * intervalMs;
  let stamps: number[] = [];
  let fromMs = beforeMs;
  do {
    const untilMs = fromMs;
    fromMs -= CLOSED_DAYS_MAX * DAY_MS;
    stamps = [...barsExpected(calendar, intervalMs, fromMs, untilMs), ...stamps];
  } while (stamps.length < count && rangeProblem(calendar, fromMs) === null);
  const firstMs = stamps.at(-count) ?? fromMs;
  // A vendor may stamp a daily bar at midnight.
  return intervalMs === DAY_MS ? Math.floor(firstMs / DAY_MS) * DAY_MS : firstMs;
}

/** The stamps of one session's bars. */
export function sessionStamps(session: TradingSession, intervalMs: number, anchor: BarAnchor = 'clock'): number[] {
  if (intervalMs >= DAY_MS) return [dailyStampMs(session.day)];
  return stampsFrom(firstStampMs(session, intervalMs, anchor), intervalMs, session.closeMs);
}

function stampsFrom(firstMs: number, intervalMs: number, untilMs: number): number[] {
  const stamps: number[] = [];
  for (let atMs = firstMs; atMs < untilMs; atMs += intervalMs) stamps.push(atMs);
  return stamps;
}

/**
 * How many bars of an exchange-traded symbol should lie between two neighbours, without listing them; Infinity where
 * the calendar knows nothing. Daily bars are told apart by their UTC date, whatever the hour of their stamp.
 */
export function barsMissed(symbol: string, intervalMs: number, afterMs: number, beforeMs: number): number {
  const calendar = calendarOf(symbol);
  if (calendar === '24x7' || intervalMs > DAY_MS) return Math.max(0, Math.round((beforeMs - afterMs) / intervalMs) - 1);
  if (rangeProblem(calendar, afterMs) !== null || rangeProblem(calendar, beforeMs) !== null) return Infinity;
  // A bar may be stamped before the opening that it holds.
  const sessions = sessionsBetween(calendar, afterMs, beforeMs + intervalMs);
  if (intervalMs < DAY_MS) {
    return sessions.reduce((sum, one) => sum + stampsBetween(one, intervalMs, afterMs, beforeMs), 0);
  }
  const [after, before] = [Math.floor(afterMs / DAY_MS), Math.floor(beforeMs / DAY_MS)];
  return sessions.filter(({ day }) => day > after && day < before).length;
}

/** Stamps of the session after `afterMs` and before `beforeMs`. */
function stampsBetween(session: TradingSession, intervalMs: number, afterMs: number, beforeMs: number): number {
  const firstMs = firstStampMs(session, intervalMs, 'clock');
  const from = Math.max(0, Math.floor((afterMs - firstMs) / intervalMs) + 1);
  const until = Math.ceil((Math.min(beforeMs, session.closeMs) - firstMs) / intervalMs);
  return Math.max(0, until - from);
}

/** The stamp of the bar in which the session opens. */
function firstStampMs({ day, openMs }: TradingSession, intervalMs: number, anchor: BarAnchor): number {
  const anchorMs = anchor === 'opening' ? openMs : anchor === 'utc' ? 0 : newYorkMidnightMs(day);
  return anchorMs + Math.floor((openMs - anchorMs) / intervalMs) * intervalMs;
}

/**
 * Bars of a year of the New York exchanges: 252 sessions of a full day's bars on the clock of New York (252 days,
 * 1,764 hours, 98,280 minutes).
 */
export function sessionBarsPerYear(intervalMs: number): number {
  if (intervalMs >= DAY_MS) return YEAR_SESSIONS;
  return YEAR_SESSIONS * (Math.ceil(REGULAR_CLOSE_MS / intervalMs) - Math.floor(AUCTION_MS / intervalMs));
}
