/**
 * A parser of bar files, fed line by line; it touches no file itself. Every refusal carries `FILE:line:column`,
 * what was found and what was expected; all are collected, up to a bound.
 * Prices are quote units, volume base units, stamps the OPEN of a bar: ISO-8601 with zone, or epoch ms; a date alone
 * means UTC midnight and is read for intervals of whole days. A bar that has not closed at `nowMs` is refused.
 */
import { intervalText } from '../../schemas/interval.ts';
import type { Gap } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { ExactTexts } from './bar-columns.ts';
import { type BarIntake, createBarIntake } from './bar-intake.ts';
import { emptyProblem, gapWarnings, tooManyCellsProblem } from './bar-problems.ts';
import type { BarSeries } from './bar-series.ts';
import { type BarColumn, type CsvHeader, isCsvHeader, readCsvHeader } from './csv-header.ts';
import { splitCsvLine } from './csv-line.ts';
import { createProblemList, type ProblemList } from './problem-list.ts';
import { findReportableGaps } from './reportable-gaps.ts';
import { checkSymbol } from './symbol.ts';

export type BarParserOptions = {
  readonly symbol: string;
  readonly intervalMs: number;
  /** Bars that close after this moment are refused. */
  readonly nowMs: number;
  /** Named in paths. @default 'input' */
  readonly file?: string;
  /** Refuses fractions of a unit in the volume (shares). @default false */
  readonly wholeUnits?: boolean;
  /** Problems, and jumps, that are listed; the rest is counted. @default 100 */
  readonly problemsMax?: number;
};

export type ParsedBars = {
  /** The good rows. Use them only when `problems` is empty. */
  readonly series: BarSeries;
  readonly exactTexts: ExactTexts;
  /** The line of the file each bar came from. */
  readonly lineNumbers: Float64Array;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** DATA_GAP and DATA_JUMP: told, not refused. */
  readonly warnings: readonly Problem[];
  readonly gaps: readonly Gap[];
  readonly jumpCount: number;
};

export type BarParser = {
  /** One line without its line end. */
  readonly feed: (line: string) => void;
  /** For what the reader of a file finds itself, such as DATA_TOO_LARGE, in the line after the last one fed. */
  readonly refuse: (code: string, got: unknown, expected: string, hint?: string) => void;
  readonly rowCount: () => number;
  readonly finish: () => ParsedBars;
};

const PROBLEMS_MAX = 100;
const STEPS_TO_JUDGE = 10;

export function createBarParser(options: BarParserOptions): BarParser {
  const { symbol, intervalMs, nowMs, file = 'input', wholeUnits = false, problemsMax = PROBLEMS_MAX } = options;
  const problems = createProblemList(file, problemsMax);
  const jumps = createProblemList(file, problemsMax);
  const intake = createBarIntake({ intervalMs, nowMs, wholeUnits, refuse: problems.add, warn: jumps.add });
  const wrongSymbol = checkSymbol(symbol, 'symbol');
  if (wrongSymbol !== null) problems.add(wrongSymbol);
  let header: CsvHeader | 'none yet' | 'refused' = 'none yet';
  let lineNumber = 0;
  return {
    rowCount: intake.columns.count,
    feed(rawLine) {
      lineNumber += 1;
      const line = lineNumber === 1 ? rawLine.replace(/^\uFEFF/, '') : rawLine;
      if (line.trim() === '' || header === 'refused') return;
      const place = `${file}:${lineNumber}`;
      if (line.includes('\0')) problems.add(nulProblem(place, line));
      else if (header === 'none yet') header = readHeader(line, place, problems);
      else feedRow(line, lineNumber, place, header, intake, problems);
    },
    refuse: (code, got, expected, hint = '') =>
      problems.add(problem(code, `${file}:${lineNumber + 1}`, got, expected, hint)),
    finish: () => finish(intake, problems, jumps, { symbol, intervalMs, file }),
  };
}

const nulProblem = (place: string, line: string): Problem =>
  problem('DATA_ENCODING', place, line, 'UTF-8 text without NUL bytes', 'save the file as UTF-8');

function readHeader(line: string, place: string, problems: ProblemList): CsvHeader | 'refused' {
  const result = readCsvHeader(line, place);
  if (isCsvHeader(result)) return result;
  for (const one of result) problems.add(one);
  return 'refused';
}

function feedRow(
  line: string,
  lineNumber: number,
  place: string,
  header: CsvHeader,
  intake: BarIntake,
  problems: ProblemList,
): void {
  const cells = splitCsvLine(line);
  if (cells === null) {
    problems.add(problem('DATA_ENCODING', place, line, 'cells with closed quotes'));
  } else if (cells.length > header.cellCount && cells.slice(header.cellCount).some((extra) => extra !== '')) {
    problems.add(tooManyCellsProblem(place, line, cells.length, header.cellCount));
  } else {
    const cell = (column: BarColumn): string => cells[header.at[column]] ?? '';
    intake.take({
      lineNumber,
      where: (column) => `${place}:${header.name[column]}`,
      texts: {
        time: cell('time'),
        open: cell('open'),
        high: cell('high'),
        low: cell('low'),
        close: cell('close'),
        volume: cell('volume'),
      },
    });
  }
}

function finish(
  intake: BarIntake,
  problems: ProblemList,
  jumps: ProblemList,
  { symbol, intervalMs, file }: { symbol: string; intervalMs: number; file: string },
): ParsedBars {
  const { columns } = intake;
  const series = columns.series(symbol, intervalMs);
  if (problems.count() === 0 && columns.count() === 0) problems.add(emptyProblem(file, symbol));
  const wrongInterval = intervalProblem(intake, intervalMs, file);
  if (problems.count() === 0 && wrongInterval !== null) problems.add(wrongInterval);
  const gaps = problems.count() === 0 ? findReportableGaps(series) : [];
  return {
    series,
    exactTexts: columns.exactTexts,
    lineNumbers: columns.lineNumbers(),
    problems: problems.list(),
    problemCount: problems.count(),
    warnings: [...gapWarnings(file, gaps), ...jumps.list()],
    gaps,
    jumpCount: jumps.count(),
  };
}

/** Stamps closer than half an interval, or never closer than one and a half: the file is of another interval. */
function intervalProblem(intake: BarIntake, intervalMs: number, file: string): Problem | null {
  const { smallestMs, lineNumber, count } = intake.steps();
  const tooClose = smallestMs < intervalMs / 2;
  const tooFar = count >= STEPS_TO_JUDGE && smallestMs >= intervalMs * 1.5;
  if (!tooClose && !tooFar) return null;
  const got = `bars ${intervalText(smallestMs)} apart`;
  const hint = `is --interval ${intervalText(smallestMs)} meant?`;
  return problem('DATA_TIME_INTERVAL', `${file}:${lineNumber}`, got, `bars ${intervalText(intervalMs)} apart`, hint);
}
