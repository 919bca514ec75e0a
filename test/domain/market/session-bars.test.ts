import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  barsBackMs,
  barsExpected,
  barsMissed,
  nextStampMs,
  sessionBarsPerYear,
} from '../../../domain/market/session-bars.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (iso: string): number => Date.parse(iso);
const texts = (stamps: readonly number[]): string[] => stamps.map((ms) => new Date(ms).toISOString().slice(0, 16));
const day = (date: string): [number, number] => [at(`${date}T00:00:00Z`), at(`${date}T00:00:00Z`) + DAY];

describe('bars of an exchange', () => {
  it('carry 09:30 New York when they are of a day, across the change of clocks and a holiday', () => {
    expect(texts(barsExpected('XNYS', DAY, at('2011-03-11T00:00:00Z'), at('2011-03-15T00:00:00Z')))).toEqual([
      '2011-03-11T14:30',
      '2011-03-14T13:30',
    ]);
    expect(texts(barsExpected('XNYS', DAY, at('2019-11-27T00:00:00Z'), at('2019-12-03T00:00:00Z')))).toEqual([
      '2019-11-27T14:30',
      '2019-11-29T14:30',
      '2019-12-02T14:30',
    ]);
  });

  it('carry the hour of New York: 09:00 to 15:00, on a half day to 12:00', () => {
    const hours = (date: string) => texts(barsExpected('XNYS', HOUR, ...day(date))).map((text) => text.slice(11, 13));
    expect(hours('2011-03-11')).toEqual(['14', '15', '16', '17', '18', '19', '20']);
    expect(hours('2011-03-14')).toEqual(['13', '14', '15', '16', '17', '18', '19']);
    expect(hours('2019-11-29')).toEqual(['14', '15', '16', '17']);
    expect(hours('2019-11-28')).toEqual([]);
  });

  it('are 390 minutes of a day and 210 of a half day, none before 09:30 and none at the close', () => {
    const minutes = barsExpected('XNYS', MINUTE, ...day('2019-11-29'));
    expect([minutes.length, ...texts([minutes[0] as number, minutes.at(-1) as number])]).toEqual([
      210,
      '2019-11-29T14:30',
      '2019-11-29T17:59',
    ]);
    expect(barsExpected('XNYS', MINUTE, ...day('2019-11-27'))).toHaveLength(390);
    expect(barsExpected('XNYS', 30 * MINUTE, ...day('2019-11-27'))).toHaveLength(13);
    expect(barsExpected('XNYS', 4 * HOUR, ...day('2019-11-27'))).toHaveLength(2);
  });

  it('begin later where the market opened later', () => {
    expect(texts(barsExpected('XNYS', HOUR, ...day('2002-09-11')))[0]).toBe('2002-09-11T16:00');
    expect(texts(barsExpected('XNYS', DAY, ...day('2002-09-11')))).toEqual(['2002-09-11T13:30']);
  });

  it('are those of the asked span, which ends before its end', () => {
    const span = barsExpected('XNYS', HOUR, at('2019-11-29T15:00:00Z'), at('2019-11-29T17:00:00Z'));
    expect(texts(span)).toEqual(['2019-11-29T15:00', '2019-11-29T16:00']);
  });
});

describe('bars of a pair', () => {
  it('stand at each step of the UTC grid', () => {
    expect(barsExpected('24x7', HOUR, ...day('2019-11-28'))).toHaveLength(24);
    expect(barsExpected('24x7', HOUR, 1, 3 * HOUR)).toEqual([HOUR, 2 * HOUR]);
  });
});

describe('bars missed between two neighbours', () => {
  it('are those of the sessions between them: none over a night, a weekend, a holiday', () => {
    expect(barsMissed('SPY', HOUR, at('2019-11-27T20:00:00Z'), at('2019-11-29T14:00:00Z'))).toBe(0);
    expect(barsMissed('SPY', HOUR, at('2019-11-27T20:00:00Z'), at('2019-11-29T17:00:00Z'))).toBe(3);
    expect(barsMissed('SPY', HOUR, at('2019-11-27T19:00:00Z'), at('2019-12-02T14:00:00Z'))).toBe(5);
    expect(barsMissed('SPY', MINUTE, at('2019-11-27T20:59:00Z'), at('2019-12-02T14:30:00Z'))).toBe(210);
  });

  it('are whole days of daily bars, however these are stamped', () => {
    for (const clock of ['T14:30:00Z', 'T00:00:00Z', 'T05:00:00Z']) {
      expect(barsMissed('SPY', DAY, at(`2019-11-27${clock}`), at(`2019-12-02${clock}`))).toBe(1);
      expect(barsMissed('SPY', DAY, at(`2001-09-10${clock}`), at(`2001-09-17${clock}`))).toBe(0);
    }
  });

  it('are steps of the grid for pairs, and past counting where the calendar knows nothing', () => {
    expect(barsMissed('BTC/USDT', HOUR, 0, 5 * HOUR)).toBe(4);
    expect(barsMissed('SPY', DAY, at('1985-01-02T14:30:00Z'), at('1986-02-03T14:30:00Z'))).toBe(Infinity);
  });

  it('are as many as are expected between them, whatever the two stamps', () => {
    const [from, to] = [at('2019-11-25T00:00:00Z'), at('2019-12-04T00:00:00Z')];
    for (const intervalMs of [5 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR]) {
      for (let a = from; a < to; a += 7 * HOUR) {
        for (let b = a + HOUR; b < to; b += 11 * HOUR) {
          expect(barsMissed('SPY', intervalMs, a, b)).toBe(barsExpected('XNYS', intervalMs, a + 1, b).length);
        }
      }
    }
  });
});

it('a year of an exchange has 252 days, 1,764 hours and 98,280 minutes', () => {
  expect([DAY, HOUR, MINUTE].map(sessionBarsPerYear)).toEqual([252, 1_764, 98_280]);
});

const FILE = path.resolve(process.cwd(), '../shared/data/equities/SPY_1h_raw.csv.gz');
if (!existsSync(FILE)) console.warn(`SKIPPED: expected bars against real ones, no file ${FILE}`);

it.skipIf(!existsSync(FILE))('SPY traded in every hour that is expected from 1998 to 2021, and on no other day', () => {
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n').slice(1);
  const stamps = lines.map((line) => at(line.slice(0, line.indexOf(','))));
  const there = new Set(stamps);
  const expected = barsExpected('XNYS', HOUR, stamps[0] as number, (stamps.at(-1) as number) + HOUR);
  expect(expected.filter((ms) => !there.has(ms))).toEqual([]);
  const days = (all: readonly number[]): string[] => [...new Set(texts(all).map((text) => text.slice(0, 10)))];
  expect(days(stamps)).toEqual(days(expected));
});

describe('the bar after a bar', () => {
  const next = (symbol: string, intervalMs: number, after: string) =>
    texts([nextStampMs(symbol, intervalMs, at(after))]);

  it('of a pair comes an interval later', () => {
    expect(next('BTC/USDT', HOUR, '2029-01-05T20:00:00Z')).toEqual(['2029-01-05T21:00']);
  });

  it('of a share comes after nights, weekends and holidays, and lies on the clock of New York', () => {
    expect(next('SPY', HOUR, '2029-01-05T19:00:00Z')).toEqual(['2029-01-05T20:00']);
    expect(next('SPY', HOUR, '2029-01-05T20:00:00Z')).toEqual(['2029-01-08T14:00']);
    expect(next('SPY', MINUTE, '2029-01-05T20:59:00Z')).toEqual(['2029-01-08T14:30']);
    expect(next('SPY', 4 * HOUR, '2019-11-29T17:00:00Z')).toEqual(['2019-12-02T13:00']);
  });

  it('of a day is told by its date, whether the vendor stamps it at the opening, at midnight or in UTC', () => {
    for (const stamp of ['2029-01-05T14:30:00Z', '2029-01-05T05:00:00Z', '2029-01-05T00:00:00Z']) {
      expect(next('SPY', DAY, stamp)).toEqual(['2029-01-08T14:30']);
    }
  });
});

describe('so many bars back', () => {
  const back = (symbol: string, intervalMs: number, count: number, before: string) =>
    texts([barsBackMs(symbol, intervalMs, count, at(before))]);

  it('are so many intervals of a pair', () => {
    expect(back('BTC/USDT', HOUR, 48, '2029-01-08T12:00:00Z')).toEqual(['2029-01-06T12:00']);
  });

  it('reach over the weekend: on Monday at 09:31 the last 500 minutes of SPY begin on Thursday', () => {
    // One minute of Monday, 390 of Friday, 109 of Thursday: 14:11 New York.
    expect(back('SPY', MINUTE, 500, '2029-01-08T14:31:00Z')).toEqual(['2029-01-04T19:11']);
    const fromMs = barsBackMs('SPY', MINUTE, 500, at('2029-01-08T14:31:00Z'));
    expect(barsExpected('XNYS', MINUTE, fromMs, at('2029-01-08T14:31:00Z'))).toHaveLength(500);
  });

  it('of days begin with the day, and reach over years', () => {
    expect(back('SPY', DAY, 3, '2029-01-08T15:00:00Z')).toEqual(['2029-01-04T00:00']);
    const fromMs = barsBackMs('SPY', DAY, 500, at('2029-01-08T15:00:00Z'));
    expect(barsExpected('XNYS', DAY, fromMs, at('2029-01-08T15:00:00Z'))).toHaveLength(500);
  });

  it('end where the calendar does', () => {
    expect(barsBackMs('SPY', DAY, 1_000_000, at('2029-01-08T15:00:00Z'))).toBeLessThan(at('1986-01-03T00:00:00Z'));
  });
});
