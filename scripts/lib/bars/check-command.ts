/** `npm run bars -- check FILE [--symbol S] [--interval I]`: judges a file without storing it. */
import { readBarFile } from '../../../adapters/market-data/csv-file.ts';
import { commonStepMs, missingTotal } from '../../../domain/market/gaps.ts';
import { intervalText } from '../../../schemas/interval.ts';
import { barIntervalMsSchema } from '../../../schemas/market.ts';
import { describeProblems } from '../../../schemas/problem.ts';
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

const DAY_MS = 86_400_000;

export type CheckArguments = { readonly file: string; readonly symbol?: string; readonly interval?: string };

/** Judges a file without storing it: exit code 1 when it would be refused. The interval is measured when not given. */
export async function checkCommand(args: CheckArguments, context: BarsContext): Promise<Answer> {
  const symbol = args.symbol ?? 'UNNAMED';
  const named = args.interval === undefined ? null : checkNames({ symbol, interval: args.interval });
  const { nowMs } = context;
  const intervalMs = named ?? (await measureIntervalMs(args.file, symbol, nowMs));
  const onProgress = await progressTeller(args.file, context.say);
  const parsed = await readBarFile(args.file, { symbol, intervalMs, nowMs, onProgress });
  const ok = parsed.problems.length === 0;
  return {
    exitCode: ok ? 0 : 1,
    document: {
      ok,
      intervalMs,
      interval: intervalText(intervalMs),
      ...rangeOf(parsed.series),
      rows: parsed.series.openTimeMs.length,
      gaps: parsed.gaps,
      missingCount: missingTotal(parsed.gaps),
      jumpCount: parsed.jumpCount,
      problemCount: parsed.problemCount,
      problems: parsed.problems,
      warnings: parsed.warnings,
    },
    lines: [
      `${args.file}: ${parsed.series.openTimeMs.length} good bars of ${intervalText(intervalMs)}`,
      `  ${rangeText(parsed.series)}`,
      ...(ok ? [] : [describeProblems(parsed.problems)]),
      ...gapLines(parsed.gaps),
      ...warningLines(parsed.warnings),
      ok ? '  good: it can be imported' : `  refused: ${parsed.problemCount} problems`,
    ],
  };
}

/** The step most bars have; one day where there are too few to tell. A first reading that judges nothing. */
async function measureIntervalMs(file: string, symbol: string, nowMs: number): Promise<number> {
  // Whole days read every form of stamp; the end of the last bar does not matter here.
  const { series } = await readBarFile(file, { symbol, intervalMs: DAY_MS, nowMs: nowMs + DAY_MS });
  const step = barIntervalMsSchema.safeParse(commonStepMs(series));
  return step.success ? step.data : DAY_MS;
}
