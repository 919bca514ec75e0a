/**
 * The calendar of the New York exchanges against a table that other software made: every session of `XNYS` in
 * exchange_calendars 4.13.2 (Apache-2.0), 1986 to 2030, with opening and close in UTC
 * (test/fixtures/xnys_sessions_exchange_calendars.csv.gz). That table has no unscheduled hours; they are told here.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calendarOf,
  isOpen,
  nextOpenMs,
  rangeProblem,
  sessionOf,
  sessionsBetween,
  symbolWithCalendar,
  tradesWithin,
} from '../../../domain/market/calendar.ts';
import { newYorkDay, newYorkOffsetMs } from '../../../domain/market/calendars/new-york-time.ts';
import { InvalidInput } from '../../../schemas/problem.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (iso: string): number => Date.parse(iso);
const minuteText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;
const FROM = at('1986-01-01T00:00:00Z');
const TO = at('2031-01-01T00:00:00Z');

const sessions = sessionsBetween('XNYS', FROM, TO);
const file = new URL('../../fixtures/xnys_sessions_exchange_calendars.csv.gz', import.meta.url);
const theirs = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [date = '', open = '', close = ''] = line.split(',');
    return { date, open, close };
  });

/** New York's clock by the system's own zone rules, not by ours. */
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', hour: '2-digit', minute: '2-digit' });
const hoursOf = (date: string): string => {
  const one = sessions.find((session) => session.date === date);
  return one === undefined ? 'closed' : `${clock.format(one.openMs)}-${clock.format(one.closeMs)}`;
};

/** Hours that the other table does not have: shocks, storms, mourning, and Christmas Eve of 1986 and 1987. */
const UNSCHEDULED: readonly [string, string][] = [
  ['1986-12-24', '09:30-16:00'],
  ...['23', '26', '27', '28', '29', '30'].map((day): [string, string] => [`1987-10-${day}`, '09:30-14:00']),
  ...['02', '03', '04'].map((day): [string, string] => [`1987-11-${day}`, '09:30-14:30']),
  ...['05', '06'].map((day): [string, string] => [`1987-11-${day}`, '09:30-15:00']),
  ...['09', '10', '11'].map((day): [string, string] => [`1987-11-${day}`, '09:30-15:30']),
  ['1987-12-24', '09:30-16:00'],
  ['1989-11-10', '11:00-16:00'],
  ['1990-12-27', '09:31-16:00'],
  ['1991-01-17', '09:31-16:00'],
  ['1991-02-25', '09:31-16:00'],
  ['1994-02-11', '09:30-14:30'],
  ['1995-12-18', '10:30-16:00'],
  ['1996-01-08', '11:00-14:00'],
  ['1997-10-27', '09:30-15:30'],
  ['2001-09-17', '09:33-16:00'],
  ['2001-10-08', '09:31-16:00'],
  ['2002-09-11', '12:00-16:00'],
  ['2003-03-20', '09:32-16:00'],
  ['2004-06-07', '09:32-16:00'],
  ['2005-06-01', '09:30-15:56'],
  ['2006-12-27', '09:32-16:00'],
];

describe('sessions of the New York exchanges, 1986 to 2030', () => {
  it('are those of the other table, day by day', () => {
    expect(sessions.map((one) => one.date)).toEqual(theirs.map((one) => one.date));
    expect(sessions.length).toBe(11_333);
  });

  it('open and close at its instants in UTC, but for the unscheduled ones, which are told one by one', () => {
    const different = sessions
      .filter((one, i) => minuteText(one.openMs) !== theirs[i]?.open || minuteText(one.closeMs) !== theirs[i]?.close)
      .map((one) => [one.date, hoursOf(one.date)]);
    expect(different).toEqual(UNSCHEDULED);
  });

  it('are half days when they end before 16:00 in New York', () => {
    for (const one of sessions) expect(one.isHalfDay, one.date).toBe(clock.format(one.closeMs) !== '16:00');
  });
});

/** The exchange's rules as they are printed: a holiday on Saturday moves to Friday, on Sunday to Monday. */
function holidaysOf(year: number): Map<string, string> {
  const days = new Map<string, string>();
  const put = (name: string, ms: number) => days.set(new Date(ms).toISOString().slice(0, 10), name);
  const weekday = (ms: number): number => new Date(ms).getUTCDay();
  const nth = (month: number, day: number, n: number): number => {
    const first = Date.UTC(year, month - 1, 1);
    return first + (((day - weekday(first) + 7) % 7) + 7 * (n - 1)) * DAY;
  };
  const observed = (name: string, ms: number, onFriday = true) => {
    if (weekday(ms) === 0) put(name, ms + DAY);
    else if (weekday(ms) !== 6) put(name, ms);
    else if (onFriday) put(name, ms - DAY);
  };
  // New Year's Day on a Saturday is not kept on the Friday: that is the last trading day of the books.
  observed('New Year', Date.UTC(year, 0, 1), false);
  if (year >= 1998) put('Martin Luther King', nth(1, 1, 3));
  put('Presidents', nth(2, 1, 3));
  put('Good Friday', easterOf(year) - 2 * DAY);
  put('Memorial', nth(6, 1, 1) - 7 * DAY);
  if (year >= 2022) observed('Juneteenth', Date.UTC(year, 5, 19));
  observed('Independence', Date.UTC(year, 6, 4));
  put('Labor', nth(9, 1, 1));
  put('Thanksgiving', nth(11, 4, 4));
  observed('Christmas', Date.UTC(year, 11, 25));
  return days;
}

/** Gregorian Easter (Anonymous / Meeus). */
function easterOf(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return Date.UTC(year, Math.floor(f / 31) - 1, (f % 31) + 1);
}

describe('days without a session', () => {
  const open = new Set(sessions.map((one) => one.date));
  const closedOf = (year: number): string[] => {
    const dates: string[] = [];
    for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += DAY) {
      const date = new Date(ms).toISOString().slice(0, 10);
      if (new Date(ms).getUTCDay() % 6 !== 0 && !open.has(date)) dates.push(date);
    }
    return dates;
  };

  it('are the holidays of the rules, and beyond them only mourning, a storm and September 2001', () => {
    const special: string[] = [];
    for (let year = 1986; year <= 2030; year += 1) {
      const rules = holidaysOf(year);
      const closed = closedOf(year);
      expect([...rules.keys()].filter((date) => !closed.includes(date))).toEqual([]);
      special.push(...closed.filter((date) => !rules.has(date)));
    }
    expect(special).toEqual([
      ...['1994-04-27', '2001-09-11', '2001-09-12', '2001-09-13', '2001-09-14', '2004-06-11', '2007-01-02'],
      ...['2012-10-29', '2012-10-30', '2018-12-05', '2025-01-09'],
    ]);
  });

  it('include weekends, and half days are none', () => {
    expect(sessionOf('XNYS', at('2019-11-30T15:00:00Z'))).toBeNull();
    expect(hoursOf('2019-11-29')).toBe('09:30-13:00');
    expect(hoursOf('2019-12-24')).toBe('09:30-13:00');
    expect(hoursOf('1999-12-31')).toBe('09:30-13:00');
  });
});

describe('clock changes', () => {
  it('move openings between 14:30Z and 13:30Z, and never the clock in New York', () => {
    const regular = sessions.filter((one) => !UNSCHEDULED.some(([date]) => date === one.date));
    for (const one of regular) expect(clock.format(one.openMs), one.date).toBe('09:30');
    for (const one of regular) expect([13.5 * HOUR, 14.5 * HOUR], one.date).toContain(one.openMs % DAY);
  });

  it.each([
    ['1986-04-27', '1986-10-26'],
    ['1987-04-05', '1987-10-25'],
    ['2006-04-02', '2006-10-29'],
    ['2007-03-11', '2007-11-04'],
    ['2011-03-13', '2011-11-06'],
    ['2021-03-14', '2021-11-07'],
    ['2030-03-10', '2030-11-03'],
  ])('%s spring, %s autumn: the offset turns at two in the night, in the very minute', (spring, autumn) => {
    expect(newYorkOffsetMs(at(`${spring}T06:59:59.999Z`))).toBe(-5 * HOUR);
    expect(newYorkOffsetMs(at(`${spring}T07:00:00Z`))).toBe(-4 * HOUR);
    expect(newYorkOffsetMs(at(`${autumn}T05:59:59.999Z`))).toBe(-4 * HOUR);
    expect(newYorkOffsetMs(at(`${autumn}T06:00:00Z`))).toBe(-5 * HOUR);
  });

  it('leave the date in New York what its own clock says, at any minute', () => {
    const date = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', dateStyle: 'short' });
    const minutes = fc.integer({ min: FROM / 60_000, max: TO / 60_000 });
    fc.assert(
      fc.property(minutes, (minute) => {
        const ms = minute * 60_000;
        expect(new Date(newYorkDay(ms) * DAY).toISOString().slice(0, 10)).toBe(date.format(ms));
      }),
      { numRuns: 5_000, seed: 1 },
    );
  });
});

describe('asked at an instant', () => {
  it('is open from the opening on, and no more at the close', () => {
    for (const one of sessions.filter((_, i) => i % 37 === 0)) {
      const asked = [one.openMs - 1, one.openMs, one.closeMs - 1, one.closeMs].map((ms) => isOpen('XNYS', ms));
      expect(asked, one.date).toEqual([false, true, true, false]);
    }
  });

  it('agrees with the list of sessions at any instant, and the next opening is the first one after it', () => {
    const instants = fc.integer({ min: FROM, max: TO - 1 });
    fc.assert(
      fc.property(instants, (ms) => {
        expect(isOpen('XNYS', ms)).toBe(sessions.some((one) => ms >= one.openMs && ms < one.closeMs));
        expect(nextOpenMs('XNYS', ms)).toBe(sessions.find((one) => one.openMs > ms)?.openMs ?? null);
      }),
      { numRuns: 2_000, seed: 2 },
    );
  });

  it('trades within a span exactly when a session touches it', () => {
    const span = fc.tuple(fc.integer({ min: FROM, max: TO - 1 }), fc.integer({ min: 1, max: 5 * DAY }));
    fc.assert(
      fc.property(span, ([from, length]) => {
        const touched = sessions.filter((one) => one.openMs < from + length && one.closeMs > from);
        expect(tradesWithin('XNYS', from, from + length)).toBe(touched.length > 0);
        expect(sessionsBetween('XNYS', from, from + length)).toEqual(touched);
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });

  it('never closes for pairs', () => {
    for (const ms of [0, at('2001-09-12T15:00:00Z'), at('2050-01-01T00:00:00Z')]) {
      expect(isOpen('24x7', ms)).toBe(true);
      expect(nextOpenMs('24x7', ms)).toBeNull();
    }
  });
});

describe('outside its range', () => {
  it.each(['1985-12-31T15:00:00Z', '2031-01-01T15:00:00Z'])('%s is a problem, not an answer', (iso) => {
    for (const ask of [isOpen, nextOpenMs, sessionOf]) {
      expect(() => ask('XNYS', at(iso))).toThrow(InvalidInput);
      expect(() => ask('XNYS', at(iso))).toThrow(/CALENDAR_RANGE.*1986-01-01 to 2030-12-31/);
    }
    expect(tradesWithin('XNYS', at(iso), at(iso) + HOUR)).toBe(false);
  });

  it('begins and ends with whole days, and no number is no instant', () => {
    expect(rangeProblem('XNYS', FROM)).toBeNull();
    expect(rangeProblem('XNYS', TO - 1)).toBeNull();
    expect(rangeProblem('XNYS', TO)).toMatchObject({ code: 'CALENDAR_RANGE', got: '"2031-01-01T00:00:00.000Z"' });
    expect(() => isOpen('XNYS', Number.NaN)).toThrow(/CALENDAR_RANGE/);
    expect(nextOpenMs('XNYS', at('2030-12-31T22:00:00Z'))).toBeNull();
  });
});

it.each([
  ...['SPY', 'AAPL', 'F', 'GOOGL', 'BRK.B', 'BF-B', 'BRK-PA', 'SPY:A', 'BRK.B:NYSE'].map(
    (symbol) => [symbol, 'XNYS'] as const,
  ),
  ...['AMZN1', 'AMZN1:B', '3M', 'GOOGLE', 'ETHER', 'BNB', 'AUSD', 'XNYS'].map((symbol) => [symbol, 'XNYS'] as const),
  ...['BTC/USDT', 'ETH/BTC', 'BTC-USD', 'BTC-PERP', 'ETH/USDT:USDT'].map((symbol) => [symbol, '24x7'] as const),
  ...['BTCUSDT', 'ETHBTC', 'XBTUSD:A', '1INCHUSDT'].map((symbol) => [symbol, '24x7'] as const),
  ...['GOLD1:24X7', 'GOLD:24X7B', 'SPY:24X7'].map((symbol) => [symbol, '24x7'] as const),
  ...['BTC/USDT:XNYS', 'US500-USD:XNYSA'].map((symbol) => [symbol, 'XNYS'] as const),
])('%s keeps the calendar %s', (symbol, calendar) => expect(calendarOf(symbol)).toBe(calendar));

it('the suffix that names a calendar takes the place of one, and keeps the venue', () => {
  expect(symbolWithCalendar('SPY', '24X7')).toBe('SPY:24X7');
  expect(symbolWithCalendar('SPY:A', '24X7')).toBe('SPY:24X7A');
  expect(symbolWithCalendar('GOLD1:24X7B', 'XNYS')).toBe('GOLD1:XNYSB');
});
