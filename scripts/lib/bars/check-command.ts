/**
 * `npm run bars -- check FILE [--symbol S] [--interval I] [--kind bars|quotes] [--html OUT]`: judges a file without
 * storing it, and describes what it is worth: a table on the terminal, and a page.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readBarFile } from '../../../adapters/market-data/csv-file.ts';
import { readColumnNames } from '../../../adapters/market-data/read-table.ts';
import { QUOTE_BAR_FILE, QUOTE_FILE } from '../../../domain/market/bar-file-columns.ts';
import { calendarOf } from '../../../domain/market/calendar.ts';
import { knowsColumn } from '../../../domain/market/columns.ts';
import { describeQuality } from '../../../domain/market/data-quality.ts';
import { commonStepMs } from '../../../domain/market/gaps.ts';
import { checkSymbol } from '../../../domain/market/symbol.ts';
import { intervalText } from '../../../schemas/interval.ts';
import { barIntervalMsSchema } from '../../../schemas/market.ts';
import { describeProblems, InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { pageProblems } from '../whole-file.ts';
import {
  type Answer,
  type BarsContext,
  checkNames,
  gapLines,
  progressTeller,
  rangeOf,
  rangeText,
  warningLines,
} from './answer.ts';
import { checkQuotes } from './check-quotes.ts';
import { codeLines, qualityLines } from './quality-lines.ts';
import { writeQualityPage } from './quality-page.ts';
import { type FileShape, fileShape, rowProblems, type ShapeFlags } from './shape-flags.ts';

const DAY_MS = 86_400_000;
const KINDS = ['bars', 'quotes'] as const;

export type CheckArguments = {
  readonly file: string;
  readonly symbol?: string;
  readonly interval?: string;
  readonly kind?: string;
  readonly tick?: string;
  readonly wholeUnits?: boolean;
  readonly html?: string;
} & ShapeFlags;

/** What can be told of the flags before the file is read. */
export const checkProblems = (args: Omit<CheckArguments, 'file'>): Problem[] => [
  ...kindProblems(args.kind),
  ...rowProblems(args),
  ...pageProblems(args.html),
];

/** Judges a file without storing it: exit code 1 when it would be refused. The interval is measured when not given. */
export async function checkCommand(args: CheckArguments, context: BarsContext): Promise<Answer> {
  const wrong = checkProblems(args);
  const shape = fileShape(args, []);
  const symbol = args.symbol ?? symbolOfName(args.file);
  const named = args.interval === undefined ? null : checkNames({ symbol, interval: args.interval }, wrong);
  if (wrong.length > 0) throw new InvalidInput(wrong);
  const isBars = args.columns !== undefined || (await isPipe(args.file));
  const kind = args.kind ?? (isBars ? 'bars' : await kindOfFile(args.file));
  return kind === 'quotes' ? checkQuotes(args, context) : checkBars({ ...args, ...shape }, symbol, named, context);
}

async function checkBars(
  args: CheckArguments & FileShape,
  symbol: string,
  named: number | null,
  { nowMs, say }: BarsContext,
): Promise<Answer> {
  const { file, html, tick = null, wholeUnits = false, header, stampUnit } = args;
  const shape = { ...(header === undefined ? {} : { header }), ...(stampUnit === undefined ? {} : { stampUnit }) };
  const intervalMs = named ?? (await measureIntervalMs(file, shape, symbol, nowMs));
  const onProgress = await progressTeller(file, say);
  const parsed = await readBarFile(file, {
    symbol,
    intervalMs,
    nowMs,
    tick,
    wholeUnits,
    ...shape,
    onProgress,
    pipes: true,
  });
  const quality = describeQuality(parsed.series, parsed.gaps);
  const ok = parsed.problems.length === 0;
  if (html !== undefined) await writeQualityPage(html, { file, nowMs, parsed, quality });
  const range = { symbol, intervalMs, interval: intervalText(intervalMs), ...rangeOf(parsed.series) };
  return {
    exitCode: ok ? 0 : 1,
    document: {
      ok,
      ...{ kind: 'bars', ...range, calendar: calendarOf(symbol) },
      rows: quality.rows,
      gaps: parsed.gaps,
      missingCount: quality.missing,
      missingFraction: quality.missingFraction,
      zeroVolumeCount: quality.zeroVolume,
      duplicateCount: parsed.problemCountByCode.DATA_TIME_DUPLICATE ?? 0,
      jumpCount: parsed.jumpCount,
      months: quality.months,
      problemCount: parsed.problemCount,
      problemCountByCode: parsed.problemCountByCode,
      problems: parsed.problems,
      warnings: parsed.warnings,
      ...(html === undefined ? {} : { html }),
    },
    lines: [
      `${file}: ${quality.rows} good bars of ${symbol} ${intervalText(intervalMs)}`,
      `  ${rangeText(parsed.series)}`,
      ...(ok ? [] : [...codeLines(parsed.problemCountByCode), describeProblems(parsed.problems)]),
      ...qualityLines(quality),
      ...gapLines(parsed.gaps),
      ...warningLines(parsed.warnings),
      ok ? '  good: it can be imported' : `  refused: ${parsed.problemCount} problems`,
      ...(html === undefined ? [] : [`  page: ${html}`]),
    ],
  };
}

function kindProblems(kind: string | undefined): Problem[] {
  if (kind === undefined || KINDS.some((known) => known === kind)) return [];
  return [problem('ARGUMENT_VALUE', '--kind', kind, KINDS.join(' | '))];
}

/**
 * SPY_1d_raw.csv.gz holds bars of SPY: what stands before the first _ or . of the name, if that is a
 * symbol. Without one every missing bar is told.
 */
function symbolOfName(file: string): string {
  const word = path.basename(file).split(/[_.]/)[0] ?? '';
  return checkSymbol(word, '') === null ? word : 'UNNAMED:24X7';
}

const isPipe = (file: string): Promise<boolean> =>
  stat(file).then(
    (stats) => !stats.isFile() && !stats.isDirectory(),
    () => false,
  );

async function kindOfFile(file: string): Promise<(typeof KINDS)[number]> {
  const names = await readColumnNames(file);
  return knowsColumn(names, QUOTE_FILE, 'bid') || knowsColumn(names, QUOTE_BAR_FILE, 'bidOpen') ? 'quotes' : 'bars';
}

/** The step most bars have; one day where there are too few to tell. A first reading that judges nothing. */
async function measureIntervalMs(file: string, shape: FileShape, symbol: string, nowMs: number): Promise<number> {
  if (await isPipe(file)) {
    const hint = 'a pipe can be read only once';
    throw new InvalidInput([problem('ARGUMENT_MISSING', '--interval', undefined, 'the interval of the bars', hint)]);
  }
  // Whole days read every form of stamp; the end of the last bar does not matter here.
  const { series } = await readBarFile(file, { symbol, intervalMs: DAY_MS, nowMs: nowMs + DAY_MS, ...shape });
  const step = barIntervalMsSchema.safeParse(commonStepMs(series));
  return step.success ? step.data : DAY_MS;
}
