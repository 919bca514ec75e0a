import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactBar } from '../../../domain/market/bar-columns.ts';
import { barAt } from '../../../domain/market/bar-series.ts';
import { type BarParserOptions, createBarParser } from '../../../domain/market/csv-bars.ts';

const HEADER = 'time,open,high,low,close,volume';
const STAMP = '2026-01-05T00:00:00Z';
const NEXT = '2026-01-05T01:00:00Z';
const GOOD = `${STAMP},10,12,9,11,5`;

function parse(lines: readonly string[], options: Partial<BarParserOptions> = {}) {
  const nowMs = Date.parse('2026-01-06T00:00:00Z');
  const parser = createBarParser({ symbol: 'AAPL', intervalMs: 3_600_000, nowMs, file: 'f.csv', ...options });
  for (const line of lines) parser.feedLine(line);
  return parser.finish();
}

const refusals = (lines: readonly string[], options: Partial<BarParserOptions> = {}) =>
  parse(lines, options).problems.map((one) => `${one.code} ${one.path}`);

/** A good file in which one cell of line 2 is replaced. */
const withCell = (column: string, text: string): string[] => {
  const cells = GOOD.split(',');
  cells[HEADER.split(',').indexOf(column)] = text;
  return [HEADER, cells.join(',')];
};

describe('a good bar file', () => {
  it('gives bars as doubles', () => {
    const { series, problems, warnings } = parse([HEADER, GOOD, `${NEXT},11,13.5,10.25,12,0`]);
    expect([problems, warnings]).toEqual([[], []]);
    expect(barAt(series, 0)).toEqual({
      openTimeMs: 1_767_571_200_000,
      open: 10,
      high: 12,
      low: 9,
      close: 11,
      volume: 5,
    });
    expect(barAt(series, 1)).toMatchObject({ high: 13.5, low: 10.25, volume: 0 });
  });

  it('gives the exact decimals that a double cannot hold', () => {
    const line = `${STAMP},0.000000010000000000000001,123456789012345678.9,0.00000001,1.50,12345678901234567890`;
    const { series, exactTexts } = parse([HEADER, line]);
    expect(exactBar(series, exactTexts, 0)).toEqual({
      openTimeMs: 1_767_571_200_000,
      open: '0.000000010000000000000001',
      high: '123456789012345678.9',
      low: '0.00000001',
      close: '1.5',
      volume: '12345678901234567890',
    });
  });

  it('may name its columns in any case and order, with the usual words, and have others', () => {
    const header = 'Volume,Open Time,note,CLOSE,o,High,low';
    const { series, problems } = parse([header, `5,${STAMP},"a, ""b""",11,10,12,9`]);
    expect(problems).toEqual([]);
    expect(barAt(series, 0)).toMatchObject({ open: 10, high: 12, low: 9, close: 11, volume: 5 });
  });

  it('may hold formulas in columns that are not read', () => {
    expect(refusals([`${HEADER},note`, `${GOOD},=HYPERLINK("x")`, `${NEXT},10,12,9,11,5,@SUM`])).toEqual([]);
  });

  it('may start with a byte order mark, have blank lines, quoted cells and epoch milliseconds', () => {
    const { series, problems } = parse([`\uFEFF${HEADER}`, '', '"1767571200000","10",12,9,11,5', '  ']);
    expect(problems).toEqual([]);
    expect(series.openTimeMs[0]).toBe(1_767_571_200_000);
  });

  it('may carry dates alone when its interval is whole days', () => {
    const { series } = parse(['Date,Open,High,Low,Close,Volume', '2026-01-02,10,12,9,11,5'], {
      intervalMs: 86_400_000,
    });
    expect(series.openTimeMs[0]).toBe(Date.parse('2026-01-02T00:00:00Z'));
    expect(refusals(withCell('time', '2026-01-02'))).toEqual(['DATA_TIME_ZONE_MISSING f.csv:2:time']);
  });
});

describe('a bar file is refused', () => {
  it('when it has no rows, and says for which symbol', () => {
    expect(refusals([])).toEqual(['DATA_EMPTY f.csv']);
    expect(parse([HEADER]).problems[0]?.message).toBe('f.csv: no rows for AAPL');
  });

  it('when columns are missing, all of them named with those found', () => {
    const { problems } = parse(['time,open,high,low', GOOD]);
    expect(problems.map((one) => `${one.code} ${one.path}`)).toEqual([
      'DATA_COLUMN_MISSING f.csv:1:close',
      'DATA_COLUMN_MISSING f.csv:1:volume',
    ]);
    expect(problems[0]?.got).toBe('"time, open, high, low"');
  });

  it('when a column stands twice or a meaning has two columns', () => {
    expect(refusals([`${HEADER},Close`])).toEqual(['DATA_COLUMN_DUPLICATE f.csv:1:Close']);
    expect(refusals([`${HEADER},date`])).toEqual(['DATA_COLUMN_DUPLICATE f.csv:1:time']);
    expect(refusals([`${HEADER},note,note`])).toEqual(['DATA_COLUMN_DUPLICATE f.csv:1:note']);
  });

  it.each([
    ['close', 'NaN', 'DATA_NOT_A_NUMBER'],
    ['close', 'Infinity', 'DATA_NOT_A_NUMBER'],
    ['close', '', 'DATA_NOT_A_NUMBER'],
    ['open', '=HYPERLINK("x")', 'DATA_NOT_A_NUMBER'],
    ['open', '@SUM', 'DATA_NOT_A_NUMBER'],
    ['open', '+cmd', 'DATA_NOT_A_NUMBER'],
    ['close', '1e400', 'DATA_NUMBER_FORMAT'],
    ['close', '1e1', 'DATA_NUMBER_FORMAT'],
    ['close', '0x10', 'DATA_NUMBER_FORMAT'],
    ['close', '1_000', 'DATA_NUMBER_FORMAT'],
    ['close', '"1,234.56"', 'DATA_NUMBER_FORMAT'],
    ['close', '１２３', 'DATA_NUMBER_FORMAT'],
    ['close', '11.', 'DATA_NUMBER_FORMAT'],
    ['close', '9'.repeat(40), 'DATA_NUMBER_FORMAT'],
    ['low', '0', 'DATA_PRICE_NOT_POSITIVE'],
    ['low', '-9', 'DATA_PRICE_NOT_POSITIVE'],
    ['volume', '-5', 'DATA_VOLUME_INVALID'],
    ['volume', 'many', 'DATA_NOT_A_NUMBER'],
    ['time', '1760000000', 'DATA_TIME_RANGE'],
    ['time', '2026-02-30', 'DATA_TIME_INVALID'],
    ['time', '2026-01-05T00:00:00', 'DATA_TIME_ZONE_MISSING'],
    ['time', '2026-01-05T23:10:00Z', 'DATA_TIME_FUTURE'],
    ['close', '\0', 'DATA_ENCODING'],
  ])('for %s = %s as %s with line and column', (column, text, code) => {
    expect(refusals(withCell(column, text))).toEqual([`${code} f.csv:2:${column}`]);
  });

  it('with the column as the header names it', () => {
    expect(refusals(['Open_Time,O,H,L,C,Vol', `${STAMP},10,12,9,x,5`])).toEqual(['DATA_NOT_A_NUMBER f.csv:2:C']);
  });

  it('for a comma inside a number, which makes a cell too many', () => {
    expect(refusals([HEADER, `${STAMP},1,010,12,9,11,5`])).toEqual(['DATA_NUMBER_FORMAT f.csv:2']);
  });

  it('for prices that contradict each other, with all four', () => {
    const { problems } = parse([HEADER, `${STAMP},10,9,12,10,5`, `${NEXT},10,12,9,8.5,5`]);
    expect(problems.map((one) => `${one.code} ${one.path} ${one.got}`)).toEqual([
      'DATA_OHLC_INCONSISTENT f.csv:2:high "open 10 high 9 low 12 close 10"',
      'DATA_OHLC_INCONSISTENT f.csv:3:low "open 10 high 12 low 9 close 8.5"',
    ]);
  });

  it('for stamps that go back or repeat, naming both lines', () => {
    const { problems } = parse([HEADER, `${NEXT},10,12,9,11,5`, GOOD, `${STAMP},10,12,9,11.5,5`]);
    expect(problems.map((one) => `${one.code} ${one.path} ${one.expected}`)).toEqual([
      'DATA_TIME_ORDER f.csv:3:time a stamp after 2026-01-05T01:00:00Z of line 2',
      'DATA_TIME_DUPLICATE f.csv:4:time a stamp after 2026-01-05T00:00:00Z of line 3',
    ]);
  });

  it('for fractions of a share where units are whole', () => {
    expect(refusals(withCell('volume', '1.5'), { wholeUnits: true })).toEqual(['DATA_VOLUME_INVALID f.csv:2:volume']);
    expect(refusals(withCell('volume', '1.0'), { wholeUnits: true })).toEqual([]);
  });

  it('when its bars are of another interval', () => {
    expect(refusals([HEADER, GOOD, '2026-01-05T00:05:00Z,10,12,9,11,5'])).toEqual(['DATA_TIME_INTERVAL f.csv:3:time']);
    const hours = Array.from({ length: 12 }, (_, i) => `${Date.parse(STAMP) + i * 3_600_000},10,12,9,11,5`);
    expect(refusals([HEADER, ...hours], { intervalMs: 60_000 })).toEqual(['DATA_TIME_INTERVAL f.csv:3:time']);
    expect(refusals([HEADER, ...hours.slice(0, 9)], { intervalMs: 60_000 })).toHaveLength(1);
  });

  it('when a bar begins inside the one before', () => {
    const at = (minutes: number): string => `${Date.parse(STAMP) + minutes * 60_000},10,12,9,11,5`;
    const parsed = parse([HEADER, at(0), at(60), at(127), at(180)]);
    expect(parsed.problems).toMatchObject([
      { code: 'DATA_TIME_INTERVAL', path: 'f.csv:5:time', got: '"bars 53m apart"' },
    ]);
    expect(refusals([HEADER, at(0), at(60), at(90), at(120)])).toEqual(['DATA_TIME_INTERVAL f.csv:4:time']);
  });

  it.each(['../../etc/passwd', 'AAPL;DROP', 'ААPL', 'btc/usdt', ''])('for the symbol %s', (symbol) => {
    expect(refusals([HEADER, GOOD], { symbol })).toEqual(['SYMBOL_INVALID symbol']);
  });

  it('with all mistakes at once, up to a bound and then counted', () => {
    const { problems, problemCount } = parse([HEADER, `x,NaN,0,-1,1e5,-2`], {});
    expect(problems.map((one) => one.code)).toEqual([
      'DATA_TIME_INVALID',
      'DATA_NOT_A_NUMBER',
      'DATA_PRICE_NOT_POSITIVE',
      'DATA_PRICE_NOT_POSITIVE',
      'DATA_NUMBER_FORMAT',
      'DATA_VOLUME_INVALID',
    ]);
    expect(problemCount).toBe(6);
    const many = parse([HEADER, ...Array.from({ length: 500 }, () => 'x,10,12,9,11,5')]);
    expect(many.problemCount).toBe(500);
    expect(many.problems).toHaveLength(101);
    expect(many.problems[100]).toMatchObject({ code: 'DATA_PROBLEMS_OMITTED', hint: '400 are not listed' });
  });
});

describe('a bar file is imported with a warning', () => {
  it('when bars are missing', () => {
    const { problems, warnings, gaps } = parse([HEADER, GOOD, '2026-01-05T06:00:00Z,11,12,9,11,5'], {
      symbol: 'BTC/USDT',
    });
    expect(problems).toEqual([]);
    expect(gaps).toEqual([{ fromMs: Date.parse(NEXT), missingCount: 5 }]);
    expect(warnings.map((one) => one.code)).toEqual(['DATA_GAP']);
  });

  it('when a price moves by more than 50 % in one bar, and not when by 50 %', () => {
    const jump = parse([HEADER, GOOD, `${NEXT},1100,1200,900,1100,5`]);
    expect(jump.problems).toEqual([]);
    expect(jump.jumpCount).toBe(1);
    expect(jump.warnings[0]).toMatchObject({ code: 'DATA_JUMP', path: 'f.csv:3:high' });
    expect(parse([HEADER, GOOD, `${NEXT},11,16.5,5.5,11,5`]).jumpCount).toBe(0);
    expect(parse([HEADER, GOOD, `${NEXT},11,16.51,5.5,11,5`]).jumpCount).toBe(1);
  });
});

describe('the parser', () => {
  it('answers any text with bars or problems, and never throws', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9TZ:.,"x -]{0,60}$/));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (lines, withHeader) => {
        const result = parse(withHeader ? [HEADER, ...lines] : lines);
        expect(result.series.openTimeMs.length + result.problemCount).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a file whose shape a person tells', () => {
  const ROW = '10,12,9,11,5';
  const MS = 1_767_571_200_000;
  const KLINE = ['time', 'open', 'high', 'low', 'close', 'volume', '', ''];

  it('is read without a header, from its first line on', () => {
    const { series, problems } = parse([`${STAMP},${ROW},x,y`, `${NEXT},${ROW},x,y`], { header: KLINE });
    expect(problems).toEqual([]);
    expect([...series.openTimeMs]).toEqual([MS, MS + 3_600_000]);
    expect(barAt(series, 0)).toMatchObject({ open: 10, close: 11, volume: 5 });
    expect(refusals([`${STAMP},${ROW},x,y,1,2`], { header: KLINE })).toEqual(['DATA_COLUMN_COUNT f.csv:1']);
    expect(refusals([`${STAMP},10,8,9,11,5,x,y`], { header: KLINE })).toEqual(['DATA_OHLC_INCONSISTENT f.csv:1:high']);
  });

  it.each([
    ['s', '1767571200'],
    ['s', '1767571200.000'],
    ['us', '1767571200000000'],
    ['ns', '1767571200000000000'],
    ['ms', '1767571200000'],
    ['us', STAMP],
  ] as const)('has its epoch stamps in %s: %s', (stampUnit, stamp) => {
    const { series, problems } = parse([HEADER, `${stamp},${ROW}`], { stampUnit });
    expect([problems, [...series.openTimeMs]]).toEqual([[], [MS]]);
  });

  it.each([
    ['s', '1767571200000', 'DATA_TIME_RANGE f.csv:2:time'],
    ['us', '1767571200000', 'DATA_TIME_RANGE f.csv:2:time'],
    ['us', '1767571200000001', 'DATA_TIME_INVALID f.csv:2:time'],
  ] as const)('refuses what is no whole millisecond of its time in %s: %s', (stampUnit, stamp, refusal) => {
    expect(refusals([HEADER, `${stamp},${ROW}`], { stampUnit })).toEqual([refusal]);
  });
});
