/**
 * Reads a file of rows as a stream and feeds it to a reader of tables: CSV with any line ends, a JSON array, or JSON
 * lines; which of them it is, its first sign tells. What is in the rows is judged by domain/market.
 */
import { splitCsvLine } from '../../domain/market/csv-line.ts';
import type { ParsedRecord, TableReader } from '../../domain/market/table-rows.ts';
import { createRecordCutter, parseRecord, tooLong } from './json-records.ts';
import { FILE_CAPS, type FileCaps, SPLIT_HINT, StopReading, type TextFileOptions, textChunks } from './text-file.ts';

/** Who takes the rows; the counts are held against the caps. */
export type TableTaker = Omit<TableReader, 'placeOf'> & {
  readonly rowCount: () => number;
  readonly exactCount: () => number;
};

export type ReadTableOptions = {
  /** Called about every megabyte with the share of the file read, 0 to 1. */
  readonly onProgress?: (doneFraction: number, rowCount: number) => void;
  readonly caps?: Partial<FileCaps>;
  /** Reads from pipes too. @default false */
  readonly pipes?: boolean;
};

/**
 * Feeds the whole file; what stops the reading becomes a problem of the taker.
 * @throws InvalidInput DATA_FILE_NOT_FOUND when the path is no readable file
 */
export async function readTable(path: string, taker: TableTaker, options: ReadTableOptions): Promise<void> {
  const caps = { ...FILE_CAPS, ...options.caps };
  const { onProgress, pipes = false } = options;
  const told = onProgress === undefined ? undefined : (done: number): void => onProgress(done, taker.rowCount());
  try {
    await feed(path, { caps, pipes, onProgress: told }, caps, checked(taker, caps));
  } catch (error) {
    if (!(error instanceof StopReading)) throw error;
    taker.refuse(error.code, error.got, error.expected, error.hint);
  }
}

/** The names a file gives its columns, or the keys of its first record; empty when it has none that can be read. */
export async function readColumnNames(path: string): Promise<readonly string[]> {
  let names: readonly string[] = [];
  const found = (list: readonly string[]): never => {
    names = list;
    throw new StopReading('found', '', '', '');
  };
  const feedLine = (line: string): void => {
    if (line.trim() !== '') found(splitCsvLine(line.replace(/^\uFEFF/, '')) ?? []);
  };
  const feedRecord = (record: ParsedRecord): void => {
    const value = record.ok ? record.value : null;
    found(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []);
  };
  try {
    await feed(path, { caps: FILE_CAPS, pipes: false }, FILE_CAPS, { feedLine, feedRecord });
  } catch (error) {
    if (!(error instanceof StopReading)) throw error;
  }
  return names;
}

type Rows = Pick<TableReader, 'feedLine' | 'feedRecord'>;

/** Refuses rows beyond the caps. */
function checked(taker: TableTaker, caps: FileCaps): Rows {
  const check = (): void => {
    if (taker.rowCount() >= caps.rowsMax) throw tooMany(`more than ${caps.rowsMax} rows`, `${caps.rowsMax} rows`);
    if (taker.exactCount() < caps.exactTextsMax) return;
    const limit = `${caps.exactTextsMax} numbers of more than 15 digits`;
    throw tooMany(`more than ${limit}`, limit);
  };
  return {
    feedLine(line) {
      if (line.trim() !== '') check();
      taker.feedLine(line);
    },
    feedRecord(record, line) {
      check();
      taker.feedRecord(record, line);
    },
  };
}

const tooMany = (got: string, limit: string): StopReading =>
  new StopReading('DATA_TOO_LARGE', got, `at most ${limit}`, SPLIT_HINT);

async function feed(path: string, file: TextFileOptions, { lineLengthMax }: FileCaps, rows: Rows): Promise<void> {
  let start = '';
  let feeder: Feeder | null = null;
  for await (const text of textChunks(path, file)) {
    if (feeder !== null) feeder.push(text);
    else {
      start += text;
      if (start.length > lineLengthMax || isTelling(start)) {
        feeder = feederFor(start, rows, lineLengthMax);
        feeder.push(start);
      }
    }
  }
  if (feeder === null) {
    feeder = feederFor(start, rows, lineLengthMax);
    feeder.push(start);
  }
  feeder.end();
}

type Feeder = { readonly push: (text: string) => void; readonly end: () => void };

/** Whether a text is long enough to know what it begins: two signs that are no blanks. */
const isTelling = (text: string): boolean => /^\s*\S\s*\S/.test(text);

/** [{ and [[ begin an array of records; { and [ with anything else JSON lines; all else is CSV. */
function feederFor(start: string, rows: Rows, lineLengthMax: number): Feeder {
  if (/^[\s\uFEFF]*\[\s*([[{\]]|$)/.test(start)) {
    return createRecordCutter((text) => rows.feedRecord(parseRecord(text), null), lineLengthMax);
  }
  if (!/^[\s\uFEFF]*[[{]/.test(start)) return createLineCutter(rows.feedLine, lineLengthMax);
  let line = 0;
  const takeLine = (text: string): void => {
    line += 1;
    if (text.trim() !== '') rows.feedRecord(parseRecord(text.replace(/^\uFEFF/, '')), line);
  };
  return createLineCutter(takeLine, lineLengthMax);
}

/** Cuts text into lines at CRLF, LF or CR; a line and a pair of CR and LF may span chunks. */
function createLineCutter(take: (line: string) => void, lengthMax: number): Feeder {
  let pending = '';
  const cut = (text: string, last: boolean): void => {
    const joined = pending + text;
    // A CR at the end may be the first half of a CRLF whose LF comes with the next chunk.
    const end = !last && joined.endsWith('\r') ? joined.length - 1 : joined.length;
    const lines = joined.slice(0, end).split(/\r\n|\n|\r/);
    pending = `${lines.pop() ?? ''}${joined.slice(end)}`;
    for (const line of lines) takeLine(line);
    if (last && pending !== '') takeLine(pending);
    else if (pending.length > lengthMax) throw tooLong(lengthMax);
  };
  const takeLine = (line: string): void => {
    if (line.length > lengthMax) throw tooLong(lengthMax);
    take(line);
  };
  return { push: (text) => cut(text, false), end: () => cut('', true) };
}
