/**
 * Finds the six columns of a bar in a header line. Names are compared without case, blanks, `_` and `-`:
 *   time: time, timestamp, date, datetime, open time (open_time, openTime) · open: open, o · high: high, h ·
 *   low: low, l · close: close, c, last · volume: volume, vol, v, base volume.
 * Other columns are ignored. A name that stands twice, or two names for the same column, is refused.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import { splitCsvLine } from './csv-line.ts';

export const BAR_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
export type BarColumn = (typeof BAR_COLUMNS)[number];
/** Where each column stands, 0-based, how many cells the header has, and the header's own word for each. */
export type CsvHeader = {
  readonly at: Readonly<Record<BarColumn, number>>;
  readonly name: Readonly<Record<BarColumn, string>>;
  readonly cellCount: number;
};

const SYNONYMS: Readonly<Record<BarColumn, readonly string[]>> = {
  time: ['time', 'timestamp', 'date', 'datetime', 'opentime'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c', 'last'],
  volume: ['volume', 'vol', 'v', 'basevolume'],
};

/** The header, or every problem of the line at once. `where` is FILE:line. */
export function readCsvHeader(line: string, where: string): CsvHeader | readonly Problem[] {
  const cells = splitCsvLine(line);
  if (cells === null) return [problem('DATA_ENCODING', where, line, 'a header with closed quotes')];
  const names = cells.map(simplified);
  const problems = duplicates(names, cells, where);
  const found = BAR_COLUMNS.map((column) => names.flatMap((name, i) => (SYNONYMS[column].includes(name) ? [i] : [])));
  BAR_COLUMNS.forEach((column, c) => {
    const places = found[c] ?? [];
    if (places.length === 0) problems.push(missing(column, cells, where));
    if (new Set(places.map((i) => names[i])).size > 1) problems.push(ambiguous(column, places, cells, where));
  });
  if (problems.length > 0) return problems;
  const places = found.map((list) => list[0] ?? -1);
  return {
    at: byColumn((c) => places[c] ?? -1),
    name: byColumn((c) => cells[places[c] ?? -1] ?? ''),
    cellCount: cells.length,
  };
}

function byColumn<T>(valueAt: (column: number) => T): Readonly<Record<BarColumn, T>> {
  return {
    time: valueAt(0),
    open: valueAt(1),
    high: valueAt(2),
    low: valueAt(3),
    close: valueAt(4),
    volume: valueAt(5),
  };
}

const simplified = (cell: string): string => cell.toLowerCase().replace(/[\s_-]/g, '');

function duplicates(names: readonly string[], cells: readonly string[], where: string): Problem[] {
  const repeated = names.flatMap((name, i) => (name !== '' && names.indexOf(name) < i ? [i] : []));
  return repeated.map((i) =>
    problem('DATA_COLUMN_DUPLICATE', `${where}:${cells[i]}`, cells[i], 'each column once', `column ${i + 1} repeats`),
  );
}

function missing(column: BarColumn, cells: readonly string[], where: string): Problem {
  const got = cells.join(', ');
  return problem('DATA_COLUMN_MISSING', `${where}:${column}`, got, `a column ${column}`, headerHint(cells));
}

function headerHint(cells: readonly string[]): string {
  if (cells.length === 1 && /[;\t|]/.test(cells[0] ?? '')) return 'cells must be separated by commas';
  if (cells.every((cell) => /^[\d.:TZ+ -]*$/.test(cell))) return 'the first line must name the columns';
  return `a bar file has the columns ${BAR_COLUMNS.join(', ')}`;
}

function ambiguous(column: BarColumn, places: readonly number[], cells: readonly string[], where: string): Problem {
  const words = places.map((i) => cells[i]).join(', ');
  return problem('DATA_COLUMN_DUPLICATE', `${where}:${column}`, words, `one column for ${column}`, 'remove the others');
}

/** Tells a header that was read from the problems of one that was not. */
export const isCsvHeader = (result: CsvHeader | readonly Problem[]): result is CsvHeader => 'cellCount' in result;
