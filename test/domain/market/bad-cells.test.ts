/** The catalogue of bad market data: a cell that is no number, no price or no text, in every column and line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, FIRST, HEADER, HOUR, NAME, parse, row, told, withCell } from './bad-data.ts';

const NOT_A_NUMBER = [
  ...[
    'NaN',
    'nan',
    '-NaN',
    'Infinity',
    '-Infinity',
    '+inf',
    'INF',
    '',
    ' ',
    '""',
    'null',
    'None',
    'N/A',
    '#N/A',
    '-',
    '.',
  ],
  ...[
    '1.#INF',
    '∞',
    'true',
    '1/2',
    '10 USD',
    '0xZZ',
    '1n',
    '½',
    '=HYPERLINK("http://x.example")',
    '@SUM(A1)',
    '+cmd|x',
    '-cmd',
  ],
];

const NUMBER_FORMAT = [
  ...[
    '1e400',
    '1e5',
    '1E5',
    '1e-7',
    '-1e5',
    '0x10',
    '0XFF',
    '0b11',
    '0o7',
    '1_000',
    '"1,234.56"',
    '1 234',
    "1'234",
    '1’234',
  ],
  ...['１２３', '１２.３', '١٢٣', '.5', '5.', '+5', '−5', '1.2.3', '$12', '12%', '€ 12', '1.234.567', '9'.repeat(31)],
  `0.${'1'.repeat(31)}`,
];

describe('a cell', () => {
  it.each(NOT_A_NUMBER)('of %j is no number, in every column and line', (text) => {
    const cell = text.includes('"') && text !== '""' ? `"${text.replaceAll('"', '""')}"` : text;
    COLUMNS.forEach((column, c) => {
      expect(told(withCell(3 + 4 * c, column, cell))).toEqual([`DATA_NOT_A_NUMBER f.csv:${3 + 4 * c}:${NAME[column]}`]);
    });
  });

  it.each(NUMBER_FORMAT)('of %j is a number in another form, in every column and line', (text) => {
    COLUMNS.forEach((column, c) => {
      expect(told(withCell(2 + 4 * c, column, text))).toEqual([
        `DATA_NUMBER_FORMAT f.csv:${2 + 4 * c}:${NAME[column]}`,
      ]);
    });
  });

  it.each(['0', '0.0', '-0', '-9', '-0.000000001', '000'])('of %j is no price', (text) => {
    for (const column of ['open', 'high', 'low', 'close'] as const) {
      expect(told(withCell(7, column, text))).toEqual([`DATA_PRICE_NOT_POSITIVE f.csv:7:${NAME[column]}`]);
    }
  });

  it('of a negative volume, or of a part of a share where shares are whole, is no volume', () => {
    for (const text of ['-1', '-0.5', '-0']) {
      expect(told(withCell(21, 'volume', text))).toEqual(['DATA_VOLUME_INVALID f.csv:21:Volume']);
    }
    expect(told(withCell(4, 'volume', '10.5'))).toEqual([]);
    expect(told(withCell(4, 'volume', '10.5'), { wholeUnits: true })).toEqual(['DATA_VOLUME_INVALID f.csv:4:Volume']);
    expect(told(withCell(4, 'volume', '0'))).toEqual([]);
  });

  it('with a comma in it is named where only one way to mend the line gives a bar', () => {
    const bar = (cells: string) => ['time,open,high,low,close,volume', `2026-03-02T00:00:00Z,${cells}`];
    expect(told(bar('1010,1,250.5,1000,1020,7'))).toEqual(['DATA_NUMBER_FORMAT f.csv:2:high']);
    expect(told(bar('10,12,9,11,1,234'))).toEqual(['DATA_NUMBER_FORMAT f.csv:2:volume']);
    expect(parse(bar('1010,1,250.5,1000,1020,7')).problems[0]?.got).toBe('"1,250.5"');
    expect(told(bar('1,010,1,250.5,1000,1020,7'))).toEqual(['DATA_NUMBER_FORMAT f.csv:2']);
  });

  it.each([
    ['too few', '10,12,9,11', 5],
    ['too few by far', '10', 2],
    ['one too many', '10,12,9,11,5,7', 7],
    ['a word too many', '10,12,9,11,5,note', 7],
    ['one too many beside prices of three digits', '100,101,99,100.5,500,7', 7],
    ['three too many', '10,12,9,11,5,7,8,9', 9],
  ])('counts: a line with %s is told with both counts', (_what, cells, count) => {
    const header = 'time,open,high,low,close,volume';
    const stamp = (hour: number) => new Date(FIRST + hour * HOUR).toISOString();
    const lines = [header, `${stamp(0)},10,12,9,11,5`, `${stamp(1)},${cells}`, `${stamp(2)},10,12,9,11,5`];
    const { problems } = parse(lines);
    const [got, expected] = [`"${count} columns"`, '6 columns, as the header has'];
    expect(problems).toMatchObject([{ code: 'DATA_COLUMN_COUNT', path: 'f.csv:3', got, expected }]);
  });

  it('counts: cells that are empty at the end, or have no name in the header, are not missed', () => {
    const stamp = new Date(FIRST).toISOString();
    expect(told(['time,open,high,low,close,volume', `${stamp},10,12,9,11,5,,`])).toEqual([]);
    expect(told(['time,open,high,low,close,volume,', `${stamp},10,12,9,11,5`])).toEqual([]);
  });

  it('may be quoted, padded, long and exact', () => {
    expect(told(withCell(2, 'close', '"11.0"'))).toEqual([]);
    expect(told(withCell(2, 'close', '  11.5\t'))).toEqual([]);
    expect(told(withCell(2, 'close', '11.1234567890123'))).toEqual([]);
  });

  it('is off the tick only where a tick is known', () => {
    expect(told(withCell(9, 'low', '9.123456789012'))).toEqual([]);
    expect(told(withCell(9, 'low', '9.123456789012'), { tick: '0.01' })).toEqual(['PRICE_TICK f.csv:9:low']);
    expect(told(withCell(9, 'low', '9.120'), { tick: '0.01' })).toEqual([]);
    expect(told(withCell(9, 'open', '10.07'), { tick: '0.05' })).toEqual(['PRICE_TICK f.csv:9:open']);
  });

  it('with a NUL or bytes that are no UTF-8 is named', () => {
    expect(told(withCell(5, 'high', '1\0'))).toEqual(['DATA_ENCODING f.csv:5:HIGH']);
    expect(told(withCell(6, 'time', '2026\uFFFD'))).toEqual(['DATA_ENCODING f.csv:6:Open Time']);
    expect(told([HEADER, row(0).replace('SUM', 'S\0M')])).toEqual(['DATA_ENCODING f.csv:2']);
  });
});

it('any cell in any place is a good number or one problem of that place, never more', () => {
  const strange = fc.oneof(
    fc.constantFrom(...NOT_A_NUMBER, ...NUMBER_FORMAT, '0', '-1', '10.5', '1760000000'),
    fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[",\0\r\n\uFFFD]/.test(text)),
  );
  fc.assert(
    fc.property(
      strange,
      fc.constantFrom(...COLUMNS, 'time' as const),
      fc.integer({ min: 2, max: 21 }),
      (text, column, line) => {
        const cell = text.includes('"') ? 'x' : text;
        const { problems, series } = parse(withCell(line, column, cell));
        expect(problems.length + series.openTimeMs.length).toBeGreaterThanOrEqual(20);
        for (const one of problems) expect(one.path).toMatch(new RegExp(`^f\\.csv:(${line}|${line + 1}):`));
      },
    ),
    { numRuns: 1_000 },
  );
});
