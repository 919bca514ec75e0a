/**
 * A parser of bar files, fed line by line (CSV) or record by record (JSON); it touches no file itself. Every refusal
 * carries `FILE:line:column`, or `FILE[index]:column` in a JSON array, what was found and what was expected; all are
 * collected, up to a bound.
 * Prices are quote units, volume base units, stamps the OPEN of a bar: ISO-8601 with zone, or epoch ms; a date alone
 * means UTC midnight and is read for intervals of whole days. A bar that has not closed at `nowMs` is refused.
 */
import { intervalText } from '../../schemas/interval.ts';
import type { Gap } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { inconsistentColumn, parsePrice, parseVolume } from './bar-cells.ts';
import { BAR_COLUMNS, BAR_FILE, type BarColumn } from './bar-file-columns.ts';
import { type BarIntake, createBarIntake } from './bar-intake.ts';
import { emptyProblem, gapWarnings } from './bar-problems.ts';
import type { BarSeries } from './bar-series.ts';
import type { ExactTexts } from './exact-texts.ts';
import { createProblemList, type ProblemList } from './problem-list.ts';
import { calendarProblems, findReportableGaps } from './reportable-gaps.ts';
import type { StampUnit } from './stamp-unit.ts';
import { checkSymbol } from './symbol.ts';
import { createTableReader, type TableReader } from './table-rows.ts';

export type BarParserOptions = {
  readonly symbol: string;
  readonly intervalMs: number;
  /** Bars that close after this moment are refused. */
  readonly nowMs: number;
  /** Named in paths. @default 'input' */
  readonly file?: string;
  /** Refuses fractions of a unit in the volume (shares). @default false */
  readonly wholeUnits?: boolean;
  /** The step of prices, a plain decimal: refuses others with PRICE_TICK. @default null: unknown, unchecked */
  readonly tick?: string | null;
  /** Of a CSV file without a header: the names of all its columns, '' for one that is not read. */
  readonly header?: readonly string[];
  /** Of epoch stamps. @default 'ms' */
  readonly stampUnit?: StampUnit;
  /** Problems, and jumps, that are listed; the rest is counted. @default 100 */
  readonly problemsMax?: number;
};

export type ParsedBars = {
  /** The good rows. Use them only when `problems` is empty. */
  readonly series: BarSeries;
  readonly exactTexts: ExactTexts;
  /** The line (or record) of the file each bar came from, from 1. */
  readonly lineNumbers: Float64Array;
  /** How that line is named in problems. */
  readonly placeOf: TableReader['placeOf'];
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  readonly problemCountByCode: Readonly<Record<string, number>>;
  /** DATA_GAP, DATA_JUMP and CALENDAR_RANGE: told, not refused. */
  readonly warnings: readonly Problem[];
  readonly gaps: readonly Gap[];
  readonly jumpCount: number;
};

export type BarParser = Omit<TableReader, 'placeOf'> & {
  readonly rowCount: () => number;
  /** Numbers kept as text, because they have more digits than a double. */
  readonly exactCount: () => number;
  /** Once. */
  readonly finish: () => ParsedBars;
};

const PROBLEMS_MAX = 100;
const STEPS_TO_JUDGE = 8;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Whoever cannot take a file whole need not keep the half that was read. */
const TOO_LARGE = 'DATA_TOO_LARGE';

export function createBarParser(options: BarParserOptions): BarParser {
  const { symbol, intervalMs, nowMs, file = 'input', problemsMax = PROBLEMS_MAX } = options;
  const { wholeUnits = false, tick = null, stampUnit = 'ms', header } = options;
  const problems = createProblemList(file, problemsMax);
  const jumps = createProblemList(file, problemsMax);
  const intake = createBarIntake({
    intervalMs,
    nowMs,
    wholeUnits,
    tick,
    stampUnit,
    refuse: problems.add,
    warn: jumps.add,
  });
  const wrongSymbol = checkSymbol(symbol, 'symbol');
  if (wrongSymbol !== null) problems.add(wrongSymbol);
  const { take } = intake;
  const { placeOf, ...reader } = createTableReader({
    file,
    columns: BAR_FILE,
    problems,
    take,
    isSensible: isSensibleBar,
    ...(header === undefined ? {} : { header }),
  });
  return {
    ...reader,
    refuse(code, ...rest) {
      reader.refuse(code, ...rest);
      if (code === TOO_LARGE) intake.columns.drop();
    },
    rowCount: intake.columns.count,
    exactCount: intake.columns.exactTexts.count,
    finish: () => finish(intake, problems, jumps, { symbol, intervalMs, file, placeOf }),
  };
}

/** Whether all cells of a row are good and its prices fit each other. */
function isSensibleBar(texts: Readonly<Record<BarColumn, string>>): boolean {
  const [, ...numbers] = BAR_COLUMNS;
  const [open, high, low, close, volume] = numbers.map((column) =>
    column === 'volume' ? parseVolume(texts.volume, false) : parsePrice(texts[column]),
  );
  if (!(open?.ok && high?.ok && low?.ok && close?.ok && volume?.ok)) return false;
  const prices = { open: open.value, high: high.value, low: low.value, close: close.value };
  return inconsistentColumn(prices) === null;
}

type FilePlaces = { readonly file: string; readonly placeOf: TableReader['placeOf'] };

function finish(
  intake: BarIntake,
  problems: ProblemList,
  jumps: ProblemList,
  { symbol, intervalMs, file, placeOf }: Pick<BarSeries, 'symbol' | 'intervalMs'> & FilePlaces,
): ParsedBars {
  const { columns } = intake;
  const { series, lineNumbers } = columns.finish(symbol, intervalMs);
  if (problems.count() === 0 && columns.count() === 0) problems.add(emptyProblem(file, symbol));
  const wrongInterval = intervalProblem(intake, intervalMs, placeOf);
  if (problems.count() === 0 && wrongInterval !== null) problems.add(wrongInterval);
  const gaps = problems.count() === 0 ? findReportableGaps(series) : [];
  return {
    series,
    exactTexts: columns.exactTexts,
    lineNumbers,
    placeOf,
    problems: problems.list(),
    problemCount: problems.count(),
    problemCountByCode: problems.countByCode(),
    warnings: [...calendarProblems(series, file), ...gapWarnings(file, gaps), ...jumps.list()],
    gaps,
    jumpCount: jumps.count(),
  };
}

/**
 * Stamps closer than the interval: a bar lies inside another, or the file is of another interval. Never closer than one
 * and a half: of another interval. A daily bar of an exchange may come an hour early where its clocks change.
 */
function intervalProblem(intake: BarIntake, intervalMs: number, placeOf: TableReader['placeOf']): Problem | null {
  const { smallestMs, lineNumber, count } = intake.steps();
  const tooClose = smallestMs < intervalMs - (intervalMs % DAY_MS === 0 ? HOUR_MS : 0);
  const tooFar = count >= STEPS_TO_JUDGE && smallestMs >= intervalMs * 1.5;
  if (!tooClose && !tooFar) return null;
  const got = `bars ${intervalText(smallestMs)} apart`;
  const isInside = tooClose && smallestMs > intervalMs / 2;
  const hint = isInside ? 'the bar begins inside the one before' : `is --interval ${intervalText(smallestMs)} meant?`;
  return problem(
    'DATA_TIME_INTERVAL',
    `${placeOf(lineNumber)}:time`,
    got,
    `bars ${intervalText(intervalMs)} apart`,
    hint,
  );
}
