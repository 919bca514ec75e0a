/** The catalogue of bad market data: bars, stamps, headers and records that contradict themselves or each other. */
import { describe, expect, it } from 'vitest';
import { type BarParserOptions, createBarParser } from '../../../domain/market/csv-bars.ts';
import { csvCell } from '../../../domain/market/csv-line.ts';
import { FIRST, HEADER, HOUR, NAME, NOW, parse, row, told, withCell } from './bad-data.ts';

describe('prices of one bar', () => {
  it.each([
    [{ high: '8' }, 'HIGH', 'open 10 high 8 low 9 close 11'],
    [{ close: '12.01' }, 'HIGH', 'open 10 high 12 low 9 close 12.01'],
    [{ open: '12.5' }, 'HIGH', 'open 12.5 high 12 low 9 close 11'],
    [{ close: '8.99' }, 'low', 'open 10 high 12 low 9 close 8.99'],
    [{ open: '0.0000001' }, 'low', 'open 0.0000001 high 12 low 9 close 11'],
  ])('that contradict each other are told with all four: %j', (change, column, got) => {
    const { problems } = parse([HEADER, row(0), row(1, change), row(2)]);
    expect(problems.map((one) => [one.code, one.path, one.got])).toEqual([
      ['DATA_OHLC_INCONSISTENT', `f.csv:3:${column}`, `"${got}"`],
    ]);
  });

  it('may contradict each other by less than a double can tell', () => {
    const close = '12.00000000000000000001';
    expect(told([HEADER, row(0, { close })])).toEqual(['DATA_OHLC_INCONSISTENT f.csv:2:HIGH']);
    expect(told([HEADER, row(0, { close, high: close })])).toEqual([]);
  });
});

describe('a stamp', () => {
  const stamped = (text: string) => told(withCell(12, 'time', text));

  it.each([
    ['1772409600', 'DATA_TIME_RANGE', 'looks like seconds: multiply by 1000; npm run bars takes --time-unit'],
    ['1772409600.5', 'DATA_TIME_RANGE', 'looks like seconds: multiply by 1000; npm run bars takes --time-unit'],
    ['1772409600000000', 'DATA_TIME_RANGE', 'looks like microseconds: divide by 1000; npm run bars takes --time-unit'],
    [
      '1772409600000000000',
      'DATA_TIME_RANGE',
      'looks like nanoseconds: divide by 1000000; npm run bars takes --time-unit',
    ],
    ['20260302', 'DATA_TIME_RANGE', 'a date? write 2026-03-02'],
    ['2026-02-30T00:00:00Z', 'DATA_TIME_INVALID', 'month 2 of 2026 has 28 days'],
    ['2025-02-29', 'DATA_TIME_INVALID', 'month 2 of 2025 has 28 days'],
    ['2026-04-31 10:00', 'DATA_TIME_INVALID', 'month 4 of 2026 has 30 days'],
    ['2026-00-10T00:00Z', 'DATA_TIME_INVALID', 'months are 01 to 12'],
    ['2026-03-02T00:00:00+14:30', 'DATA_TIME_INVALID', 'write the moment as 2024-01-31T23:00:00Z'],
    ['2026-03-02T00:00:00 America/New_York', 'DATA_TIME_INVALID', 'write the moment as 2024-01-31T23:00:00Z'],
    ['1772409600000.5', 'DATA_TIME_INVALID', 'write the moment as 2024-01-31T23:00:00Z'],
    ['1.7724096e12', 'DATA_TIME_INVALID', 'write the moment as 2024-01-31T23:00:00Z'],
    ['', 'DATA_TIME_INVALID', 'write the moment as 2024-01-31T23:00:00Z'],
    ['2026-03-02T00:00', 'DATA_TIME_ZONE_MISSING', 'append Z when the time is UTC, or an offset like -05:00'],
    ['2026-03-02 00:00:00.000', 'DATA_TIME_ZONE_MISSING', 'append Z when the time is UTC, or an offset like -05:00'],
    ['2026-03-02', 'DATA_TIME_ZONE_MISSING', 'dates alone are read for intervals of whole days only'],
  ])('of %j is %s', (text, code, hint) => {
    const { problems } = parse(withCell(12, 'time', text));
    expect(problems.map((one) => [one.code, one.path, one.hint])).toEqual([[code, 'f.csv:12:Open Time', hint]]);
  });

  it.each([
    '2026-03-08',
    '2025-03-09',
    '2024-03-10',
    '2027-03-14',
    '2007-03-11',
    '2006-04-02',
    '1987-04-05',
    '1986-04-27',
  ])('on %s at 02:30 without a zone is no moment in New York', (date) => {
    expect(stamped(`${date}T02:30`)).toEqual(['DATA_TIME_INVALID f.csv:12:Open Time']);
    expect(stamped(`${date} 02:00:00`)).toEqual(['DATA_TIME_INVALID f.csv:12:Open Time']);
    expect(stamped(`${date}T03:30`)).toEqual(['DATA_TIME_ZONE_MISSING f.csv:12:Open Time']);
  });

  it('may be written with any offset, with t and z, and as epoch milliseconds', () => {
    for (const text of [
      '2026-03-02T15:00:00+05:00',
      '2026-03-02t10:00:00z',
      '2026-03-02 05:00-0500',
      '1772445600000',
    ]) {
      expect(stamped(text)).toEqual([]);
    }
  });

  it('that goes back or comes twice names both lines', () => {
    const expected = (lines: readonly string[]) =>
      parse(lines).problems.map((one) => [one.code, one.path, one.expected]);
    expect(expected([HEADER, row(0), row(2), '', row(1), row(3)])).toEqual([
      ['DATA_TIME_ORDER', 'f.csv:5:Open Time', 'a stamp after 2026-03-02T02:00:00Z of line 3'],
    ]);
    expect(expected([HEADER, row(0), row(1), row(1, { close: '10.5' })])).toEqual([
      ['DATA_TIME_DUPLICATE', 'f.csv:4:Open Time', 'a stamp after 2026-03-02T01:00:00Z of line 3'],
    ]);
    const inParis = row(1, { time: '2026-03-02T02:00:00+01:00' });
    expect(expected([HEADER, row(0), row(1), inParis])[0]?.[0]).toBe('DATA_TIME_DUPLICATE');
  });

  it('ten minutes ahead, or of a bar that is not closed, is in the future', () => {
    const ahead = new Date(NOW + 600_000).toISOString();
    const open = new Date(NOW - HOUR + 1).toISOString();
    for (const time of [ahead, open]) {
      expect(told([HEADER, row(0), row(1, { time })])).toEqual(['DATA_TIME_FUTURE f.csv:3:Open Time']);
    }
    expect(told([HEADER, row(0), row(1, { time: new Date(NOW - HOUR).toISOString() })])).toEqual([]);
  });
});

describe('a header', () => {
  it.each([
    ['', 'DATA_EMPTY f.csv'],
    ['\uFEFF', 'DATA_EMPTY f.csv'],
    ['time,open,high,low,close,volume', 'DATA_EMPTY f.csv'],
    ['time,open,high,low,close', 'DATA_COLUMN_MISSING f.csv:1:volume'],
    ['open,high,low,close,volume', 'DATA_COLUMN_MISSING f.csv:1:time'],
    ['t,o,h,l,c,v,Close', 'DATA_COLUMN_DUPLICATE f.csv:1:close'],
    ['Date,Open,High,Low,Close,T,C', 'DATA_COLUMN_MISSING f.csv:1:volume'],
    ['Date,Open,High,Low,Close,Close ,Volume', 'DATA_COLUMN_DUPLICATE f.csv:1:Close'],
    ['"Date","Open","High","Low","Close","Volume","x","X"', 'DATA_COLUMN_DUPLICATE f.csv:1:X'],
  ])('of %j gives %s', (header, problem) => {
    expect(told([header])).toEqual([problem]);
  });

  it('without rows names the symbol', () => {
    expect(parse(['time,open,high,low,close,volume'], { symbol: 'AAPL' }).problems[0]?.message).toBe(
      'f.csv: no rows for AAPL',
    );
  });
});

describe('one price a hundred times too high or low', () => {
  it.each([
    ['high', '1200'],
    ['low', '0.09'],
  ] as const)('in %s is a jump that is told, not refused', (column, text) => {
    const { problems, warnings, jumpCount } = parse(withCell(9, column, text));
    expect([problems, jumpCount]).toEqual([[], 1]);
    expect(warnings.map((one) => `${one.code} ${one.path}`)).toEqual([`DATA_JUMP f.csv:9:${NAME[column]}`]);
  });

  it('in the whole bar is a jump there and back', () => {
    const times = (bar: string) => bar.replace(',5,11,', ',5,1100,').replace(',9,12,10,', ',900,1200,1000,');
    const { warnings } = parse([HEADER, row(0), times(row(1)), row(2)]);
    expect(warnings.map((one) => `${one.code} ${one.path}`)).toEqual([
      'DATA_JUMP f.csv:3:HIGH',
      'DATA_JUMP f.csv:4:low',
    ]);
  });
});

it.each([
  '../../etc/passwd',
  'AAPL;DROP',
  'ААPL',
  'AAPL\n',
  ' AAPL',
  'AAРL/USDT',
  'ＡＡＰＬ',
  'A/B/C',
  'x'.repeat(40),
  '',
  '$AAPL',
])('the symbol %j is refused', (symbol) => {
  expect(told([HEADER, row(0)], { symbol })).toEqual(['SYMBOL_INVALID symbol']);
});

it.each([
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['@SUM', "'@SUM"],
  ['+cmd', "'+cmd"],
  ['-cmd', "'-cmd"],
  [' =1+1', "' =1+1"],
  ['＝1', "'＝1"],
  ['\t=1', "'\t=1"],
  ['\n=1', `"'\n=1"`],
  ['-12.5', '-12.5'],
  ['a,b', '"a,b"'],
  ['plain', 'plain'],
])('the text %j is written into a CSV file as %j', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

describe('JSON records', () => {
  const feed = (values: readonly unknown[], options: Partial<BarParserOptions> = {}) => {
    const parser = createBarParser({ symbol: 'ETH/USDT', intervalMs: HOUR, nowMs: NOW, file: 'f.json', ...options });
    for (const value of values) parser.feedRecord({ ok: true, value: value as string }, null);
    return parser.finish();
  };
  const bar = (hour: number, change: object = {}) => ({
    ...{ t: new Date(FIRST + hour * HOUR).toISOString(), o: '10', h: '12', l: '9', c: '11', v: '5', n: '99' },
    ...change,
  });

  it('are bars, as objects in any order of keys and as arrays', () => {
    const { c, ...rest } = bar(1);
    const { series, problems } = feed([bar(0), { c, ...rest }, [`${FIRST + 2 * HOUR}`, '10', '12', '9', '11.5', '5']]);
    expect(problems).toEqual([]);
    expect(Array.from(series.close)).toEqual([11, 11, 11.5]);
  });

  it.each([
    [bar(1, { c: 'NaN' }), 'DATA_NOT_A_NUMBER f.json[1]:c'],
    [bar(1, { c: null }), 'DATA_NOT_A_NUMBER f.json[1]:c'],
    [bar(1, { v: [] }), 'DATA_NOT_A_NUMBER f.json[1]:v'],
    [bar(1, { h: '1e400' }), 'DATA_NUMBER_FORMAT f.json[1]:h'],
    [bar(1, { l: '0' }), 'DATA_PRICE_NOT_POSITIVE f.json[1]:l'],
    [bar(1, { h: '8' }), 'DATA_OHLC_INCONSISTENT f.json[1]:h'],
    [bar(1, { t: '1772409600' }), 'DATA_TIME_RANGE f.json[1]:t'],
    [bar(0), 'DATA_TIME_DUPLICATE f.json[1]:t'],
    [bar(1, { close: '11' }), 'DATA_COLUMN_DUPLICATE f.json[1]:close'],
    [{ t: 'x' }, 'DATA_COLUMN_MISSING f.json[1]:open'],
    [bar(1, { n: 'a\0b' }), 'DATA_ENCODING f.json[1]:n'],
    ['7', 'DATA_NOT_A_RECORD f.json[1]'],
    [['1', '2'], 'DATA_NOT_A_RECORD f.json[1]'],
  ])('of %j are refused: %s', (value, problem) => {
    const problems = feed([bar(0), value, bar(2)]).problems.map((one) => `${one.code} ${one.path}`);
    expect(problems[0]).toBe(problem);
  });
});
