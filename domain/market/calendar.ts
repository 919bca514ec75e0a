/**
 * When a market trades. `24x7`: always. `XNYS`: the sessions of the New York exchanges, 1986 to 2030, with half days,
 * special hours and clock changes; outside its range nothing is known, and that is a problem, never "open".
 * A session holds its opening and not its close: at 16:00 the market is closed. Instants are epoch ms UTC.
 */
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { newYorkDay, newYorkOffsetMs } from './calendars/new-york-time.ts';
import {
  XNYS_CLOSE,
  XNYS_CLOSED,
  XNYS_FIRST_DATE,
  XNYS_HALF_DAYS,
  XNYS_LAST_DATE,
  XNYS_OPEN,
  XNYS_SPECIAL_HOURS,
} from './calendars/xnys.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export type Calendar = '24x7' | 'XNYS';

/** One trading day. `day` = whole days since 1970-01-01 of its New York date. */
export type TradingSession = {
  readonly date: string;
  readonly day: number;
  readonly openMs: number;
  readonly closeMs: number;
  /** It ends before 16:00. */
  readonly isHalfDay: boolean;
};

/**
 * The calendar of a symbol. What is written as a pair (BTC/USDT, BTC-USD, ETH/USDT:USDT, and BTCUSDT, whose end is a
 * currency) trades around the clock; everything else (SPY, AMZN1, BRK.B, SPY:A) at the New York exchanges. Where that
 * is wrong a suffix behind the colon names the calendar: `GOLD1:24X7`, `US500/USD:XNYS`, for two venues `GOLD1:24X7A`
 * and `GOLD1:24X7B`. It is part of the symbol, so data set, session, gate and report cannot differ.
 */
export function calendarOf(symbol: string): Calendar {
  const named = NAMED_CALENDAR.exec(symbol)?.[1];
  if (named !== undefined) return named === 'XNYS' ? 'XNYS' : '24x7';
  const [name = ''] = symbol.split(':');
  return TICKER.test(name) && !JOINED_PAIR.test(name) ? 'XNYS' : '24x7';
}
const NAMED_CALENDAR = /:(XNYS|24X7)[A-Z0-9]*$/;
/** The same symbol with the suffix that names its calendar: SPY:A as SPY:24X7A. */
export function symbolWithCalendar(symbol: string, name: 'XNYS' | '24X7'): string {
  const [word, venue = ''] = symbol.replace(/:(XNYS|24X7)/, ':').split(':');
  return `${word}:${name}${venue}`;
}
/** No pair: one word, or a word and the one or two letters of a class of shares. */
const TICKER = /^[A-Z0-9]+([./-][A-Z]{1,2})?$/;
/** Tickers of the New York exchanges have at most five letters. */
const JOINED_PAIR = /^(?=.{6})[A-Z0-9]{2,}(USDT|USDC|FDUSD|BUSD|TUSD|USD|EUR|GBP|JPY|BTC|ETH|BNB)$/;

export const isExchangeTraded = (symbol: string): boolean => calendarOf(symbol) !== '24x7';

/** Openings and closes by day since `firstDay`; NaN = no session. A New York session lies within one UTC day. */
type Table = {
  readonly firstDay: number;
  readonly lastDay: number;
  readonly openMs: Float64Array;
  readonly closeMs: Float64Array;
};

let xnys: Table | null = null;
const table = (): Table => {
  xnys ??= buildXnys();
  return xnys;
};

const dayOfDate = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOfDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** Of a day as whole days since 1970-01-01, which was a Thursday: Monday is 0. */
export const isWeekend = (day: number): boolean => (day + 3) % 7 >= 5;

function buildXnys(): Table {
  const [firstDay, lastDay] = [dayOfDate(XNYS_FIRST_DATE), dayOfDate(XNYS_LAST_DATE)];
  const openMs = new Float64Array(lastDay - firstDay + 1).fill(Number.NaN);
  const closeMs = new Float64Array(openMs.length).fill(Number.NaN);
  const closed = new Set(daysOf(XNYS_CLOSED));
  const halfDays = new Set(daysOf(XNYS_HALF_DAYS));
  const special = new Map(XNYS_SPECIAL_HOURS.map(([date, open, close]) => [dayOfDate(date), [open, close] as const]));
  for (let day = firstDay; day <= lastDay; day += 1) {
    if (isWeekend(day) || closed.has(day)) continue;
    const [open, close] = special.get(day) ?? [XNYS_OPEN, halfDays.has(day) ? '13:00' : XNYS_CLOSE];
    const midnightMs = newYorkMidnightMs(day);
    openMs[day - firstDay] = midnightMs + minutesOf(open) * MINUTE_MS;
    closeMs[day - firstDay] = midnightMs + minutesOf(close) * MINUTE_MS;
  }
  return { firstDay, lastDay, openMs, closeMs };
}

const daysOf = (byYear: Readonly<Record<number, string>>): number[] =>
  Object.entries(byYear).flatMap(([year, dates]) => dates.split(' ').map((date) => dayOfDate(`${year}-${date}`)));

/** Midnight in New York, with the offset of noon: clocks change on Sundays, when nothing is open. */
export const newYorkMidnightMs = (day: number): number => day * DAY_MS - newYorkOffsetMs(day * DAY_MS + DAY_MS / 2);

/** Null where the calendar knows the instant, else CALENDAR_RANGE. */
export function rangeProblem(calendar: Calendar, atMs: number, path = 'atMs', hint = ''): Problem | null {
  if (calendar === '24x7') return null;
  const { firstDay, lastDay } = table();
  const day = Math.floor(atMs / DAY_MS);
  if (day >= firstDay && day <= lastDay) return null;
  const date = new Date(atMs);
  const got = Number.isNaN(date.getTime()) ? atMs : date.toISOString();
  const expected = `an instant from ${XNYS_FIRST_DATE} to ${XNYS_LAST_DATE}`;
  return problem('CALENDAR_RANGE', path, got, expected, hint || `${calendar} has no sessions before or after`);
}

function requireRange(calendar: Calendar, atMs: number): void {
  const wrong = rangeProblem(calendar, atMs);
  if (wrong !== null) throw new InvalidInput([wrong]);
}

/** Whether the market trades at this instant. @throws InvalidInput CALENDAR_RANGE */
export function isOpen(calendar: Calendar, atMs: number): boolean {
  if (calendar === '24x7') return true;
  const { firstDay, openMs, closeMs } = table();
  const i = Math.floor(atMs / DAY_MS) - firstDay;
  const opensMs = openMs[i];
  if (opensMs === undefined) requireRange(calendar, atMs);
  return atMs >= (opensMs as number) && atMs < (closeMs[i] as number);
}

/**
 * The first opening after an instant; null for markets that never close, and where the calendar ends.
 * @throws InvalidInput CALENDAR_RANGE
 */
export function nextOpenMs(calendar: Calendar, atMs: number): number | null {
  if (calendar === '24x7') return null;
  requireRange(calendar, atMs);
  const { firstDay, openMs } = table();
  for (let i = Math.floor(atMs / DAY_MS) - firstDay; i < openMs.length; i += 1) {
    if ((openMs[i] as number) > atMs) return openMs[i] as number;
  }
  return null;
}

/**
 * The session of a New York date, as whole days since 1970-01-01; null: none that day.
 * @throws InvalidInput CALENDAR_RANGE
 */
export function sessionOfDay(calendar: Calendar, day: number): TradingSession | null {
  if (calendar === '24x7') return null;
  requireRange(calendar, day * DAY_MS);
  return sessionAt(table(), day - table().firstDay);
}

/** The session of the New York date of an instant, open or not at that instant. @throws InvalidInput CALENDAR_RANGE */
export const sessionOf = (calendar: Calendar, atMs: number): TradingSession | null =>
  sessionOfDay(calendar, newYorkDay(atMs));

function sessionAt({ firstDay, openMs, closeMs }: Table, i: number): TradingSession | null {
  const [opensMs, closesMs] = [openMs[i], closeMs[i]];
  if (opensMs === undefined || closesMs === undefined || Number.isNaN(opensMs)) return null;
  const day = firstDay + i;
  const isHalfDay = closesMs < newYorkMidnightMs(day) + minutesOf(XNYS_CLOSE) * MINUTE_MS;
  return { date: dateOfDay(day), day, openMs: opensMs, closeMs: closesMs, isHalfDay };
}

/** Sessions of which some part lies in [fromMs, toMs), in time order; what lies outside the range is left out. */
export function sessionsBetween(calendar: Calendar, fromMs: number, toMs: number): TradingSession[] {
  if (calendar === '24x7') return [];
  const known = table();
  const first = Math.max(0, Math.floor(fromMs / DAY_MS) - known.firstDay);
  const last = Math.min(known.lastDay, Math.floor((toMs - 1) / DAY_MS)) - known.firstDay;
  const sessions: TradingSession[] = [];
  for (let i = first; i <= last; i += 1) {
    if (!((known.openMs[i] as number) < toMs && (known.closeMs[i] as number) > fromMs)) continue;
    const session = sessionAt(known, i);
    if (session !== null) sessions.push(session);
  }
  return sessions;
}

/** Whether the market trades at any instant of [fromMs, toMs); false where the calendar knows nothing. */
export function tradesWithin(calendar: Calendar, fromMs: number, toMs: number): boolean {
  if (calendar === '24x7') return true;
  const { firstDay, openMs, closeMs } = table();
  const last = Math.min(openMs.length - 1, Math.floor((toMs - 1) / DAY_MS) - firstDay);
  for (let i = Math.max(0, Math.floor(fromMs / DAY_MS) - firstDay); i <= last; i += 1) {
    if ((openMs[i] as number) < toMs && (closeMs[i] as number) > fromMs) return true;
  }
  return false;
}
