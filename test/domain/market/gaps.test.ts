import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBarFile } from '../../../adapters/market-data/csv-file.ts';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { findGaps, missingTotal } from '../../../domain/market/gaps.ts';
import { calendarProblems, findReportableGaps } from '../../../domain/market/reportable-gaps.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;
const at = (iso: string): number => Date.parse(iso);

const oneAt = (iso: string) => ({ fromMs: at(iso), missingCount: 1 });

const barsAt = (symbol: string, intervalMs: number, stamps: readonly number[]) =>
  seriesFromRows(
    symbol,
    intervalMs,
    stamps.map((openTimeMs) => ({ openTimeMs, open: 1, high: 1, low: 1, close: 1, volume: 1 })),
  );

describe('gaps on the fixed grid', () => {
  it('names the first missing stamp and how many bars are missing', () => {
    const stamps = [0, 1, 4, 5, 7].map((hour) => hour * HOUR);
    const gaps = findGaps(barsAt('BTC/USDT', HOUR, stamps));
    expect(gaps).toEqual([
      { fromMs: 2 * HOUR, missingCount: 2 },
      { fromMs: 6 * HOUR, missingCount: 1 },
    ]);
    expect(missingTotal(gaps)).toBe(3);
  });

  it('sees no gap in a series of no bar, of one bar, or without holes', () => {
    for (const stamps of [[], [0], [0, HOUR, 2 * HOUR]]) expect(findGaps(barsAt('BTC/USDT', HOUR, stamps))).toEqual([]);
  });

  it('takes the hour that the clocks change for no gap in daily bars stamped at the local open', () => {
    const stamps = [at('2021-03-11T14:30:00Z'), at('2021-03-12T14:30:00Z'), at('2021-03-13T13:30:00Z')];
    expect(findGaps(barsAt('AAPL', DAY, stamps))).toEqual([]);
  });
});

describe('gaps worth telling of exchange-traded symbols', () => {
  it('are not nights and weekends', () => {
    const friday = [at('2024-01-05T20:00:00Z'), at('2024-01-08T14:00:00Z'), at('2024-01-08T15:00:00Z')];
    expect(findReportableGaps(barsAt('AAPL', HOUR, friday))).toEqual([]);
    expect(findReportableGaps(barsAt('BTC/USDT', HOUR, friday))).toHaveLength(1);
  });

  it('are bars missing inside one trading day', () => {
    const monday = [at('2024-01-08T14:00:00Z'), at('2024-01-08T20:00:00Z')];
    expect(findReportableGaps(barsAt('AAPL', HOUR, monday))).toEqual([
      { fromMs: at('2024-01-08T15:00:00Z'), missingCount: 5 },
    ]);
  });

  it('are trading days, each one by itself; not the four of September 2001, and no holiday', () => {
    const daily = (from: string, to: string) => barsAt('SPY', DAY, [at(from), at(to)]);
    expect(findReportableGaps(daily('2001-09-10T13:30:00Z', '2001-09-17T13:30:00Z'))).toEqual([]);
    expect(findReportableGaps(daily('2019-12-24T14:30:00Z', '2019-12-26T14:30:00Z'))).toEqual([]);
    // Wednesday to Tuesday over the change of clocks: Thursday and Friday in winter time, Monday in summer time.
    expect(findReportableGaps(daily('2011-03-09T14:30:00Z', '2011-03-15T13:30:00Z'))).toEqual(
      ['2011-03-10T14:30:00Z', '2011-03-11T14:30:00Z', '2011-03-14T13:30:00Z'].map(oneAt),
    );
    expect(findReportableGaps(daily('2011-03-09T00:00:00Z', '2011-03-14T00:00:00Z'))).toEqual(
      ['2011-03-10T00:00:00Z', '2011-03-11T00:00:00Z'].map(oneAt),
    );
  });

  it('are one for each session that bars of minutes or hours leave out, as long as it is', () => {
    const minutes = [at('2019-11-26T20:59:00Z'), at('2019-12-02T14:32:00Z')];
    expect(findReportableGaps(barsAt('SPY', 60_000, minutes))).toEqual([
      { fromMs: at('2019-11-27T14:30:00Z'), missingCount: 390 },
      { fromMs: at('2019-11-29T14:30:00Z'), missingCount: 210 },
      { fromMs: at('2019-12-02T14:30:00Z'), missingCount: 2 },
    ]);
    const hours = [at('2019-11-27T20:00:00Z'), at('2019-12-02T14:00:00Z')];
    expect(findReportableGaps(barsAt('SPY', HOUR, hours))).toEqual([
      { fromMs: at('2019-11-29T14:00:00Z'), missingCount: 4 },
    ]);
  });

  it('are not before and after hours, and several runs of one session are several', () => {
    const sparse = ['13:00', '14:00', '15:00', '17:00', '20:00', '22:00'].map((hour) => at(`2024-01-08T${hour}:00Z`));
    expect(findReportableGaps(barsAt('SPY', HOUR, sparse))).toEqual([
      { fromMs: at('2024-01-08T16:00:00Z'), missingCount: 1 },
      { fromMs: at('2024-01-08T18:00:00Z'), missingCount: 2 },
    ]);
  });

  it('follow files that count from the opening', () => {
    const stamps = ['14:30', '15:30', '18:30', '19:30', '20:30'].map((hour) => at(`2024-01-08T${hour}:00Z`));
    expect(findReportableGaps(barsAt('SPY', HOUR, [...stamps, at('2024-01-09T14:30:00Z')]))).toEqual([
      { fromMs: at('2024-01-08T16:30:00Z'), missingCount: 2 },
    ]);
  });

  it('are not counted, and that is told, where the calendar ends; one stray bar at a weekend changes nothing', () => {
    const early = barsAt('IBM', DAY, [
      at('1970-01-02T14:30:00Z'),
      at('1986-01-02T14:30:00Z'),
      at('1986-01-06T14:30:00Z'),
    ]);
    expect(findReportableGaps(early)).toEqual([oneAt('1986-01-03T14:30:00Z')]);
    expect(calendarProblems(early, 'f.csv')).toMatchObject([{ code: 'CALENDAR_RANGE', path: 'f.csv' }]);
    const days = [2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17].map((day) => at(`2024-01-${`${day}`.padStart(2, '0')}`));
    expect(findReportableGaps(barsAt('SPY', DAY, days))).toEqual([]);
    expect(calendarProblems(barsAt('SPY', DAY, days), 'f.csv')).toEqual([]);
  });

  it('are judged on the grid when the symbol trades around the clock all the same', () => {
    const weekend = [at('2024-01-06T00:00:00Z'), at('2024-01-06T04:00:00Z'), at('2024-01-07T00:00:00Z')];
    expect(findReportableGaps(barsAt('BTC', HOUR, weekend)).map((gap) => gap.missingCount)).toEqual([3, 19]);
  });
});

const DATA = path.resolve(process.cwd(), '../shared/data');
const present = existsSync(path.join(DATA, 'gaps.json'));
if (!present) console.warn(`SKIPPED: gaps of real files, no folder ${DATA}`);

describe('bars that speak against the calendar of their symbol', () => {
  const daily = (symbol: string, days: number, isKept = (_day: number) => true) => {
    const stamps = Array.from({ length: days }, (_, i) => at('2024-01-01T00:00:00Z') + i * DAY);
    return barsAt(symbol, DAY, stamps.filter(isKept));
  };
  const weekdays = (ms: number): boolean => ![0, 6].includes(new Date(ms).getUTCDay());
  const told = (series: ReturnType<typeof daily>) =>
    calendarProblems(series, 'f.csv').map((one) => [one.code, one.hint.split(' ').at(-1)]);

  it('are told with the symbol that would be right, once two weekends are there', () => {
    expect(told(daily('GOLD1', 15))).toEqual([['CALENDAR_MISMATCH', 'GOLD1:24X7']]);
    expect(told(daily('GOLD1:A', 40))).toEqual([['CALENDAR_MISMATCH', 'GOLD1:24X7A']]);
    expect(told(daily('US500/USD', 19, weekdays))).toEqual([['CALENDAR_MISMATCH', 'US500/USD:XNYS']]);
    expect(told(daily('GOLD1', 14))).toEqual([]);
    expect(told(daily('US500/USD', 12, weekdays))).toEqual([]);
  });

  it('are none once the symbol names the other calendar, and gaps are counted by that', () => {
    expect(told(daily('GOLD1:24X7', 40))).toEqual([]);
    expect(told(daily('US500/USD:XNYS', 40, weekdays))).toEqual([]);
    expect(findReportableGaps(daily('US500/USD', 12, weekdays))).toHaveLength(1);
    // 2024-01-01 and 2024-01-15 are holidays: bars too many are no gaps.
    expect(findReportableGaps(daily('US500/USD:XNYS', 12, weekdays))).toEqual([]);
    expect(findReportableGaps(daily('SPY:24X7', 8, (ms) => ms !== at('2024-01-06T00:00:00Z')))).toHaveLength(1);
  });
});

describe.skipIf(!present)('gaps of real crypto files', () => {
  const known: Record<string, [string, number][]> = present
    ? JSON.parse(readFileSync(path.join(DATA, 'gaps.json'), 'utf8'))
    : {};
  const files: [string, number, number][] = [
    ['crypto/BTCUSDT_spot_1h.csv.gz', HOUR, 65_590],
    ['crypto/BTCUSDT_spot_1h_mit.csv.gz', HOUR, 58_419],
    ['crypto/DOGEUSDT_spot_1h.csv.gz', HOUR, 52_456],
    ['crypto/BTCUSDT_perp_1h.csv.gz', HOUR, 50_935],
    ['crypto/BTCUSDT_spot_1m_2019-10_2019-11.csv.gz', 60_000, 43_058],
    ['crypto/ETHUSDT_spot_1m_2021-04_2021-05.csv.gz', 60_000, 42_915],
    ['crypto/ETHUSDT_spot_1d_from_1h.csv.gz', DAY, 2_738],
  ];
  it.each(files)('%s has exactly the known ones', async (file, intervalMs, rows) => {
    const nowMs = at('2025-07-01T00:00:00Z');
    const { series, problems } = await readBarFile(path.join(DATA, file), { symbol: 'BTC/USDT', intervalMs, nowMs });
    expect(problems).toEqual([]);
    expect(series.openTimeMs.length).toBe(rows);
    const expected = (known[file] ?? []).map(([from, missingCount]) => ({ fromMs: at(from), missingCount }));
    expect(findGaps(series)).toEqual(expected);
  });
});
