/**
 * One run judged part by part: its bars are cut into one part more than there are folds; the first is history, each of
 * the others a test, judged beside all bars before it. Nothing is fitted in between: it is the same run, so the
 * tests together are what it did after its first part.
 */
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { type BarRange, walkForward } from '../learning/validation/splits.ts';
import { type PerformanceMetrics, performanceMetrics } from './metrics.ts';

export type JudgedRun = {
  /** Wealth at the start and after each bar. */
  readonly equity: readonly number[];
  /** Epoch ms of each bar's close, rising. */
  readonly closesMs: readonly number[];
  readonly intervalMs: number;
  /** Net result and first fill of each closed trade; it belongs to the part in which it was opened. */
  readonly trades: readonly { readonly pnl: number; readonly entryAtMs: number }[];
  readonly periodsPerYear: number;
};

/** From the open of the first bar to the close of the last. */
export type JudgedPart = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bars: number;
  readonly metrics: PerformanceMetrics;
};

export type WalkForward = {
  readonly folds: readonly { readonly before: JudgedPart; readonly test: JudgedPart }[];
  /** All tests as the one stretch they are. */
  readonly outOfSample: JudgedPart;
};

/** @throws InvalidInput INPUT_RANGE where there are not more bars than folds */
export function walkForwardOf(run: JudgedRun, folds: number): WalkForward {
  const count = run.closesMs.length;
  checkFolds(count, folds);
  const splits = walkForward({ count, folds, purge: 0, training: 'anchored' });
  const tests = splits.flatMap(({ test }) => test);
  return {
    folds: tests.map((test) => ({ before: partOf(run, { from: 0, to: test.from }), test: partOf(run, test) })),
    outOfSample: partOf(run, { from: tests[0]?.from ?? 0, to: count }),
  };
}

/** @throws InvalidInput INPUT_RANGE */
export function checkFolds(bars: number, folds: number): void {
  if (folds < bars) return;
  const expected = `fewer folds than bars, of which there are ${bars}`;
  throw new InvalidInput([problem('INPUT_RANGE', 'walkForward', folds, expected)]);
}

/** A fill at a close begins with the next bar, as one at the next open does. */
function partOf(run: JudgedRun, { from, to }: BarRange): JudgedPart {
  const { equity, closesMs, intervalMs, trades, periodsPerYear } = run;
  const beforeMs = closesMs[from - 1] ?? Number.NEGATIVE_INFINITY;
  const toMs = closesMs[to - 1] as number;
  const own = trades.filter(({ entryAtMs }) => entryAtMs >= beforeMs && entryAtMs < toMs);
  return {
    fromMs: (closesMs[from] as number) - intervalMs,
    toMs,
    bars: to - from,
    metrics: performanceMetrics({
      equity: equity.slice(from, to + 1),
      periodsPerYear,
      tradePnls: own.map(({ pnl }) => pnl),
    }),
  };
}
