/** What every command of `npm run bars` answers, and the pieces its lines are made of. Nothing is printed here. */
import { stat } from 'node:fs/promises';
import { isoText } from '../../../domain/market/bar-problems.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { missingTotal } from '../../../domain/market/gaps.ts';
import { parseInstant } from '../../../domain/market/parse-instant.ts';
import { checkSymbol } from '../../../domain/market/symbol.ts';
import { parseInterval } from '../../../schemas/interval.ts';
import type { Gap } from '../../../schemas/market.ts';
import { describeProblems, InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';

/** One document for `--json`, the same as lines, and the exit code. */
export type Answer = {
  readonly exitCode: 0 | 1;
  readonly document: { readonly ok: boolean } & Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
};

export type Names = { readonly symbol: string; readonly interval: string };
export type BarsContext = {
  readonly nowMs: number;
  /** Signs of life while a large file is read. */
  readonly say: (line: string) => void;
};

const PROGRESS_EVERY_MS = 2_000;
const GAP_LINES_MAX = 50;

/** Symbol and interval, all mistakes of both at once. @throws InvalidInput SYMBOL_INVALID, INPUT_RANGE */
export function checkNames({ symbol, interval }: Names, more: readonly Problem[] = []): number {
  const wrongSymbol = checkSymbol(symbol, '--symbol');
  const problems = [...(wrongSymbol === null ? [] : [wrongSymbol]), ...more];
  try {
    const intervalMs = parseInterval(interval, '--interval');
    if (problems.length === 0) return intervalMs;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems);
  }
  throw new InvalidInput(problems);
}

/** An instant or a date of the command line; null where it is left out, or wrong: then it is among the problems. */
export function instantArgument(path: string, text: string | undefined, problems: Problem[]): number | null {
  if (text === undefined) return null;
  const instant = parseInstant(text, { dateOnly: true });
  if (instant.ok) return instant.ms;
  problems.push(problem(instant.code, path, text, instant.expected, instant.hint));
  return null;
}

/** Tells about every two seconds how far the reading of a file is. */
export async function progressTeller(file: string, say: (line: string) => void) {
  const sizeBytes = await stat(file).then(
    (stats) => stats.size,
    () => 0,
  );
  let toldAtMs = performance.now();
  return (doneFraction: number, rowCount: number): void => {
    if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = performance.now();
    say(`  reading ${Math.round(doneFraction * 100)} % of ${Math.round(sizeBytes / 1_048_576)} MiB, ${rowCount} bars`);
  };
}

/** First and last stamp, epoch ms; null without bars. */
export const rangeOf = ({ openTimeMs }: BarSeries) => ({
  fromMs: openTimeMs[0] ?? null,
  toMs: openTimeMs[openTimeMs.length - 1] ?? null,
});

export function rangeText(series: BarSeries): string {
  const { fromMs, toMs } = rangeOf(series);
  return fromMs === null || toMs === null ? 'no bars' : `from ${isoText(fromMs)} to ${isoText(toMs)}`;
}

/** Every gap in time order; of very many the largest, and how many there are. */
export function gapLines(gaps: readonly Gap[]): string[] {
  if (gaps.length === 0) return ['  no gaps'];
  const shown =
    gaps.length <= GAP_LINES_MAX
      ? gaps
      : gaps.toSorted((a, b) => b.missingCount - a.missingCount).slice(0, GAP_LINES_MAX);
  const lines = shown.map((gap) => `    ${isoText(gap.fromMs)}  ${gap.missingCount} missing`);
  const rest = gaps.length > shown.length ? [`    … and ${gaps.length - shown.length} more (--json lists all)`] : [];
  return [`  gaps: ${gaps.length}, missing bars: ${missingTotal(gaps)}`, ...lines, ...rest];
}

/** Warnings but for the gaps, which have lines of their own. */
export const warningLines = (warnings: readonly Problem[]): string[] =>
  warnings.filter((one) => one.code !== 'DATA_GAP').map((one) => `  warning ${describeProblems([one])}`);
