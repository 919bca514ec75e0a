import { describe, expect, it } from 'vitest';
import { createQuoteParser, type QuoteParserOptions } from '../../../domain/market/quote-rows.ts';

const NOW = Date.parse('2026-04-01T00:00:00Z');

function parse(lines: readonly string[], options: Partial<QuoteParserOptions> = {}) {
  const parser = createQuoteParser({ kind: 'quotes', nowMs: NOW, file: 'q.csv', ...options });
  for (const line of lines) parser.feedLine(line);
  return parser.finish();
}
const told = (lines: readonly string[], options: Partial<QuoteParserOptions> = {}): string[] =>
  parse(lines, options).problems.map((one) => `${one.code} ${one.path}`);

describe('a file of quotes', () => {
  const HEADER = 'time,bid,ask,bid_size,ask_size';
  const quote = (second: number, cells: string) => `2026-03-02T10:00:0${second}Z,${cells}`;

  it('is good when no bid is above its ask; two quotes may share a stamp', () => {
    const parsed = parse([HEADER, quote(0, '10,10.01,5,7'), quote(0, '10.01,10.01,5,'), quote(1, '9,11,0,0')]);
    expect(parsed).toMatchObject({ rowCount: 3, goodCount: 3, problemCount: 0 });
    expect([parsed.fromMs, parsed.toMs]).toEqual([
      Date.parse('2026-03-02T10:00:00Z'),
      Date.parse('2026-03-02T10:00:01Z'),
    ]);
    expect(told(['ask,note,bid,Timestamp', '10.01,x,10,1772445600000'])).toEqual([]);
  });

  it.each([
    ['10.02,10.01,1,1', 'QUOTE_CROSSED q.csv:3:bid'],
    ['0,10.01,1,1', 'DATA_PRICE_NOT_POSITIVE q.csv:3:bid'],
    ['10,,1,1', 'DATA_NOT_A_NUMBER q.csv:3:ask'],
    ['10,1e1,1,1', 'DATA_NUMBER_FORMAT q.csv:3:ask'],
    ['10,10.01,-1,1', 'DATA_VOLUME_INVALID q.csv:3:bid_size'],
    ['10,10.01,1,x', 'DATA_NOT_A_NUMBER q.csv:3:ask_size'],
    ['999,1,000.5,1,1', 'DATA_NUMBER_FORMAT q.csv:3:ask'],
  ])('is refused for %s: %s', (cells, problem) => {
    expect(told([HEADER, quote(0, '10,10.01,1,1'), quote(1, cells), quote(2, '10,10.01,1,1')])).toEqual([problem]);
  });

  it('is refused for its stamps, its columns and for being empty', () => {
    const good = '10,10.01,1,1';
    expect(told([HEADER, quote(5, good), quote(4, good)])).toEqual(['DATA_TIME_ORDER q.csv:3:time']);
    expect(told([HEADER, `2026-05-01T00:00:00Z,${good}`])).toEqual(['DATA_TIME_FUTURE q.csv:2:time']);
    expect(told([HEADER, `1772445600,${good}`])).toEqual(['DATA_TIME_RANGE q.csv:2:time']);
    expect(told(['time,bid'])).toEqual(['DATA_COLUMN_MISSING q.csv:1:ask']);
    expect(told([HEADER])).toEqual(['DATA_EMPTY q.csv']);
  });

  it('is refused off the tick where a tick is known', () => {
    const lines = [HEADER, quote(0, '10.123456789012,11,1,1')];
    expect(told(lines)).toEqual([]);
    expect(told(lines, { tick: '0.01' })).toEqual(['PRICE_TICK q.csv:2:bid']);
  });
});

describe('a file of quote bars', () => {
  const HEADER = 'time,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size';
  const told2 = (cells: string) =>
    told([HEADER, '1772445600000,10,12,9,11,5,10,12.1,9.1,11.1,5', `1772445660000,${cells}`], { kind: 'quoteBars' });

  it('is judged on both sides, and crossed by open and close: within a bar the sides move', () => {
    expect(told2('10,12,9,11,5,10,11.5,8,11,5')).toEqual([]);
    expect(told2('10.01,12,9,11,5,10,12,9,11,5')).toEqual(['QUOTE_CROSSED q.csv:3:bid_open']);
    expect(told2('10,12,9,11.01,5,10,12,9,11,5')).toEqual(['QUOTE_CROSSED q.csv:3:bid_close']);
    expect(told2('10,12,9,11,5,10,10.5,9,11,5')).toEqual(['DATA_OHLC_INCONSISTENT q.csv:3:ask_high']);
    expect(told2('10,12,9,NaN,5,10,12,9,11,5')).toEqual(['DATA_NOT_A_NUMBER q.csv:3:bid_close']);
  });

  it('tells a bar that was crossed inside, by its extremes, and refuses it only for its ends', () => {
    const bar = (cells: string) => parse([HEADER, `1772445600000,${cells}`], { kind: 'quoteBars' });
    const inside = (cells: string) => bar(cells).warnings.map((one) => `${one.code} ${one.path} ${one.got}`);
    expect(inside('10,12,9,11,5,10,12,9,11,5')).toEqual([]);
    expect(inside('10,12,9,11,5,10,11.99,9,11,5')).toEqual(['QUOTE_CROSSED q.csv:2:bid_high "bid 12 ask 11.99"']);
    expect(inside('10,12,9.5,11,5,10,12,9.4,11,5')).toEqual(['QUOTE_CROSSED q.csv:2:bid_low "bid 9.5 ask 9.4"']);
    expect(bar('10,12,9.5,11,5,10,11.9,9.4,11,5')).toMatchObject({ goodCount: 1, problemCount: 0, warningCount: 2 });
    expect(bar('10.1,12,9.5,11,5,10,11.9,9.4,11,5')).toMatchObject({ goodCount: 0, problemCount: 1, warningCount: 0 });
  });

  it('has each stamp once', () => {
    const bar = '1772445600000,10,12,9,11,5,10,12,9,11,5';
    expect(told([HEADER, bar, bar], { kind: 'quoteBars' })).toEqual(['DATA_TIME_DUPLICATE q.csv:3:time']);
  });
});
