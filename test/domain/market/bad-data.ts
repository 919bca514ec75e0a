/** Files of bars with one fault, under a header of other names and order than ours. */
import { expect } from 'vitest';
import { type BarParserOptions, createBarParser } from '../../../domain/market/csv-bars.ts';

export const NOW = Date.parse('2026-04-01T00:00:00Z');
export const HOUR = 3_600_000;

export function parse(lines: readonly string[], options: Partial<BarParserOptions> = {}) {
  const parser = createBarParser({ symbol: 'ETH/USDT', intervalMs: HOUR, nowMs: NOW, file: 'f.csv', ...options });
  for (const line of lines) parser.feedLine(line);
  return parser.finish();
}

export const told = (lines: readonly string[], options: Partial<BarParserOptions> = {}): string[] =>
  parse(lines, options).problems.map((one) => {
    expect(one.hint, one.message).not.toBe('');
    return `${one.code} ${one.path}`;
  });

export const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;
export type Column = (typeof COLUMNS)[number] | 'time';

/** Other columns stand between, in another order and spelling. */
export const HEADER = 'id,Volume, CLOSE ,note,low,HIGH,open,Open Time';

export const NAME = { time: 'Open Time', open: 'open', high: 'HIGH', low: 'low', close: 'CLOSE', volume: 'Volume' };
export const FIRST = Date.parse('2026-03-02T00:00:00Z');

export const row = (hour: number, change: Partial<Record<Column, string>> = {}): string => {
  const good = { open: '10', high: '12', low: '9', close: '11', volume: '5' };
  const cells = { time: new Date(FIRST + hour * HOUR).toISOString(), ...good, ...change };
  return `7,${cells.volume},${cells.close},=SUM(A1),${cells.low},${cells.high},${cells.open},${cells.time}`;
};

/** Twenty good bars but for one cell of line `line` (the header is line 1). */
export const withCell = (line: number, column: Column, text: string): string[] => [
  HEADER,
  ...Array.from({ length: 20 }, (_, i) => row(i, i === line - 2 ? { [column]: text } : {})),
];
