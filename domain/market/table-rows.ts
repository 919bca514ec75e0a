/**
 * Turns the lines of a CSV file, or the records of a JSON file, into rows of named cells. It knows columns, quotes and
 * line numbers; what a cell means is judged by who takes the rows. It touches no file itself.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import { columnCountProblem, textsOf, tooManyCells } from './cell-count.ts';
import { type ColumnSet, type Header, isHeader, readHeader } from './columns.ts';
import { splitCsvLine } from './csv-line.ts';
import type { ProblemList } from './problem-list.ts';
import { type RecordValue, recordCells } from './record-cells.ts';

/** One row: the text of each column ('' where there is none), and how to name a place in it. */
export type TableRow<C extends string> = {
  /** The line of a CSV file, from 1; the record of a JSON file, from 1. */
  readonly lineNumber: number;
  readonly texts: Readonly<Record<C, string>>;
  readonly where: (column: C) => string;
};

/** What a text was that should have been a record. */
export type ParsedRecord =
  | { readonly ok: true; readonly value: RecordValue }
  | { readonly ok: false; readonly text: string; readonly reason: string };

export type TableReader = {
  /** One line without its line end. */
  readonly feedLine: (line: string) => void;
  /**
   * One record of a JSON file: an object by names, or an array of the required columns in their order.
   * `line`: where it stands in JSON lines; null in an array, where records are counted.
   */
  readonly feedRecord: (record: ParsedRecord, line: number | null) => void;
  /** For what the reader of a file finds itself, such as DATA_TOO_LARGE, in the line after the last one fed. */
  readonly refuse: (code: string, got: unknown, expected: string, hint?: string) => void;
  /** FILE:line, or FILE[index] in a JSON array. */
  readonly placeOf: (lineNumber: number) => string;
};

export type TableParts<C extends string> = {
  readonly file: string;
  /** Of a CSV file that has none: the names of all its columns, '' for one that is not read. */
  readonly header?: readonly string[];
  readonly columns: ColumnSet<C>;
  readonly problems: ProblemList;
  readonly take: (row: TableRow<C>) => void;
  /** Whether cells make a sensible row: to find out which number a stray comma has cut in two. */
  readonly isSensible: (texts: Readonly<Record<C, string>>) => boolean;
};

type State<C extends string> = {
  header: Header<C> | 'none yet' | 'refused';
  lineNumber: number;
  isArray: boolean;
  /** The keys of the record before, which most records share. */
  keys: string;
};

export function createTableReader<C extends string>(parts: TableParts<C>): TableReader {
  const { file, columns, problems, header } = parts;
  const given = header === undefined ? 'none yet' : headerOf(header, header.join(','), columns, file, problems);
  const state: State<C> = { header: given, lineNumber: 0, isArray: false, keys: '' };
  const placeOf = (lineNumber: number): string =>
    state.isArray ? `${file}[${lineNumber - 1}]` : `${file}:${lineNumber}`;
  return {
    placeOf,
    feedLine(rawLine) {
      state.lineNumber += 1;
      const line = state.lineNumber === 1 ? rawLine.replace(/^\uFEFF/, '') : rawLine;
      if (line.trim() === '' || state.header === 'refused') return;
      const place = placeOf(state.lineNumber);
      if (UNREADABLE.test(line)) problems.add(unreadableProblem(place, line, state.header));
      else if (state.header === 'none yet') state.header = headerOf(splitCsvLine(line), line, columns, place, problems);
      else feedCells(line, state.header, place, state.lineNumber, parts);
    },
    feedRecord(record, line) {
      state.isArray = line === null;
      state.lineNumber = line ?? state.lineNumber + 1;
      const place = placeOf(state.lineNumber);
      if (record.ok) feedValues(record.value, place, state, parts);
      else problems.add(problem('JSON_INVALID', place, record.text, 'a JSON record', record.reason));
    },
    refuse: (code, got, expected, hint = '') =>
      problems.add(problem(code, placeOf(state.lineNumber + 1), got, expected, hint)),
  };
}

/** NUL, and what stands for bytes that are no UTF-8. */
const UNREADABLE = /[\0\uFFFD]/;

/** Names the column of the first such sign where the header tells it. */
function unreadableProblem<C extends string>(place: string, line: string, header: State<C>['header']): Problem {
  const index = line.slice(0, line.search(UNREADABLE)).split(',').length - 1;
  const column = typeof header === 'string' ? undefined : [...header.at].find(([, at]) => at === index)?.[0];
  const name = typeof header === 'string' || column === undefined ? '' : `:${header.name.get(column)}`;
  return problem('DATA_ENCODING', `${place}${name}`, line, 'UTF-8 text without NUL bytes', 'save the file as UTF-8');
}

function headerOf<C extends string>(
  cells: readonly string[] | null,
  line: string,
  columns: ColumnSet<C>,
  place: string,
  problems: ProblemList,
): Header<C> | 'refused' {
  if (cells === null) problems.add(problem('DATA_ENCODING', place, line, 'a header with closed quotes'));
  const result = cells === null ? [] : readHeader(cells, columns, place);
  if (isHeader(result)) return result;
  for (const one of result) problems.add(one);
  return 'refused';
}

function feedCells<C extends string>(
  line: string,
  header: Header<C>,
  place: string,
  lineNumber: number,
  parts: TableParts<C>,
): void {
  const cells = splitCsvLine(line);
  if (cells === null) {
    parts.problems.add(problem('DATA_ENCODING', place, line, 'cells with closed quotes'));
  } else if (cells.slice(header.cellCount).some((extra) => extra !== '')) {
    parts.problems.add(tooManyCells(cells, header, place, parts.isSensible));
  } else if (cells.length < header.cellCountMin) parts.problems.add(columnCountProblem(cells, header, place));
  else parts.take(rowOf(cells, header, place, lineNumber));
}

function rowOf<C extends string>(
  cells: readonly string[],
  header: Header<C>,
  place: string,
  lineNumber: number,
): TableRow<C> {
  const where = (column: C): string => `${place}:${header.name.get(column)}`;
  return { lineNumber, where, texts: textsOf(cells, header) };
}

function feedValues<C extends string>(record: RecordValue, place: string, state: State<C>, parts: TableParts<C>): void {
  const { columns, problems } = parts;
  const named = recordCells(record, columns);
  const broken = named?.cells.findIndex((cell) => UNREADABLE.test(cell)) ?? -1;
  if (named === null) {
    const expected = `an object, or an array of ${columns.required.length} values`;
    problems.add(problem('DATA_NOT_A_RECORD', place, record, expected));
    return;
  }
  if (broken >= 0) {
    const expected = 'UTF-8 text without NUL bytes';
    problems.add(problem('DATA_ENCODING', `${place}:${named.names[broken]}`, named.cells[broken], expected));
    return;
  }
  const keys = named.names.join('\n');
  if (typeof state.header === 'string' || keys !== state.keys) {
    state.header = headerOf(named.names, keys, columns, place, problems);
    state.keys = keys;
  }
  if (state.header !== 'refused') parts.take(rowOf(named.cells, state.header, place, state.lineNumber));
}
