/** The wording of what can be wrong with bars in a file. Paths are FILE:line:column; prices are quote units. */
import type { Gap } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { plainDecimal } from './decimal-text.ts';
import { missingTotal } from './gaps.ts';

/** 2024-01-31T23:00:00Z, with milliseconds only where there are some. */
export const isoText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

export const emptyProblem = (file: string, symbol: string): Problem =>
  problem('DATA_EMPTY', file, 'no rows', 'at least one bar', '', `${file}: no rows for ${symbol}`);

export const futureProblem = (path: string, text: string, intervalMs: number, nowMs: number): Problem =>
  problem(
    'DATA_TIME_FUTURE',
    path,
    text,
    `a bar that has closed by ${isoText(nowMs)}`,
    `a bar is known ${intervalMs / 1_000} s after its stamp, at its close: leave out the unfinished one`,
  );

export const orderProblem = (path: string, text: string, before: { openTimeMs: number; lineNumber: number }): Problem =>
  problem('DATA_TIME_ORDER', path, text, afterText(before), 'sort the lines, oldest first');

export const duplicateProblem = (
  path: string,
  text: string,
  before: { openTimeMs: number; lineNumber: number },
  sameValues: boolean,
): Problem =>
  problem(
    'DATA_TIME_DUPLICATE',
    path,
    text,
    afterText(before),
    sameValues ? 'the line repeats the one before: remove it' : 'two different bars for one stamp: keep the true one',
  );

const afterText = (before: { openTimeMs: number; lineNumber: number }): string =>
  `a stamp after ${isoText(before.openTimeMs)} of line ${before.lineNumber}`;

type Prices<T> = { readonly open: T; readonly high: T; readonly low: T; readonly close: T };

export function inconsistentProblem(path: string, bar: Prices<number> | Prices<string>): Problem {
  const text = (price: number | string): string => (typeof price === 'number' ? plainDecimal(price) : price);
  const got = `open ${text(bar.open)} high ${text(bar.high)} low ${text(bar.low)} close ${text(bar.close)}`;
  return problem('DATA_OHLC_INCONSISTENT', path, got, 'low <= open, close <= high');
}

/** A warning: the file is imported, the symbol quarantined for live and paper trading until somebody looked. */
export function jumpProblem(path: string, price: number, previousClose: number): Problem {
  const percent = ((price / previousClose - 1) * 100).toFixed(1);
  const got = `${plainDecimal(price)} after a close of ${plainDecimal(previousClose)} (${percent} %)`;
  const hint = 'a split or a wrong unit? the symbol is quarantined for live and paper; --accept-jumps lifts it';
  return problem('DATA_JUMP', path, got, 'a move of at most 50 % in one bar', hint);
}

/** One warning for all gaps of a file; the full list travels beside it. */
export function gapWarnings(file: string, gaps: readonly Gap[]): Problem[] {
  const largest = gaps.reduce<Gap | null>((a, b) => (a === null || b.missingCount > a.missingCount ? b : a), null);
  if (largest === null) return [];
  const got = `missing bars: ${missingTotal(gaps)}, gaps: ${gaps.length}`;
  const hint = `largest: ${largest.missingCount} from ${isoText(largest.fromMs)}; gaps are kept, never filled`;
  return [problem('DATA_GAP', file, got, 'a bar at every stamp', hint)];
}
