/**
 * Ways to cut a history into what is learned from and what is judged on: walk-forward, purged k-fold with embargo, and
 * all combinations of folds. Bars are counted from 0; a range is [from, to). A label that is known only `purge` bars
 * later must not reach from one side into the other: so many bars on both sides of a test are left out of the training,
 * and `embargo` more after it (M. López de Prado, Advances in Financial Machine Learning, chapters 7 and 12).
 */
import { combinations } from '../combinations.ts';

export type BarRange = { readonly from: number; readonly to: number };

/** Ranges in time order that neither touch nor overlap the other side's. */
export type Split = { readonly train: readonly BarRange[]; readonly test: readonly BarRange[] };

export type FoldOptions = {
  readonly count: number;
  readonly folds: number;
  readonly purge: number;
  readonly embargo: number;
};

/**
 * `folds` ranges that tile all bars. As in scikit-learn's KFold, the first ones have one bar more where it does not
 * come out even. @throws RangeError for fewer than two folds or fewer bars than folds
 */
export function foldRanges(count: number, folds: number): BarRange[] {
  const whole = Number.isInteger(count) && Number.isInteger(folds) && folds >= 2 && count >= folds;
  if (!whole) throw new RangeError(`${folds} folds of ${count} bars: expected 2 or more folds of 1 bar or more`);
  const [size, larger] = [Math.floor(count / folds), count % folds];
  const start = (fold: number): number => fold * size + Math.min(fold, larger);
  return Array.from({ length: folds }, (_, fold) => ({ from: start(fold), to: start(fold + 1) }));
}

/** Each fold is the test once; the training is the rest, purged on both sides and embargoed after the test. */
export const purgedFolds = (options: FoldOptions): Split[] => combinatorialFolds({ ...options, testFolds: 1 });

/** Every choice of `testFolds` folds is the test once, in lexicographic order: C(folds, testFolds) splits. */
export function combinatorialFolds({ testFolds, ...options }: FoldOptions & { readonly testFolds: number }): Split[] {
  const ranges = foldRanges(options.count, options.folds);
  requireWhole('purge', options.purge, 0);
  requireWhole('embargo', options.embargo, 0);
  requireWhole('testFolds', testFolds, 1, options.folds - 1);
  return combinations(options.folds, testFolds).map((chosen) => {
    const test = chosen.map((fold) => ranges[fold] as BarRange);
    return { test, train: trainAround(test, options) };
  });
}

/**
 * Out of the splits, histories that cover every fold once: path p takes fold f from the p-th split (in order) that
 * tests it. testFolds / folds · C(folds, testFolds) paths; each is a list of split numbers, one a fold.
 */
export function combinatorialPaths(folds: number, testFolds: number): number[][] {
  const chosen = combinations(folds, testFolds);
  const testedIn = Array.from({ length: folds }, (_, fold) =>
    chosen.flatMap((split, index) => (split.includes(fold) ? [index] : [])),
  );
  const paths = testedIn[0]?.length ?? 0;
  return Array.from({ length: paths }, (_, path) => testedIn.map((splits) => splits[path] as number));
}

export type WalkForwardOptions = {
  readonly count: number;
  /** Tests; the history is cut into one part more, and the first part is for training only. */
  readonly folds: number;
  readonly purge: number;
  /** `anchored`: from the first bar; `rolling`: only the part before the test. */
  readonly training: 'anchored' | 'rolling';
};

/** Tests follow each other up to the last bar; each is judged on bars after all that it was trained on. */
export function walkForward({ count, folds, purge, training }: WalkForwardOptions): Split[] {
  requireWhole('purge', purge, 0);
  const parts = foldRanges(count, folds + 1);
  return parts.slice(1).map((test, fold) => {
    const from = training === 'anchored' ? 0 : (parts[fold] as BarRange).from;
    return { test: [test], train: nonEmpty([{ from, to: test.from - purge }]) };
  });
}

/** All bars but the tests, `purge` bars on both sides of each and `embargo` more after it. */
function trainAround(test: readonly BarRange[], { count, purge, embargo }: FoldOptions): BarRange[] {
  const train: BarRange[] = [];
  let from = 0;
  for (const range of test) {
    train.push({ from, to: range.from - purge });
    from = range.to + purge + embargo;
  }
  return nonEmpty([...train, { from, to: count }]);
}

const nonEmpty = (ranges: readonly BarRange[]): BarRange[] => ranges.filter(({ from, to }) => to > from);

function requireWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const expected = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  throw new RangeError(`${name}: got ${value}, expected a whole number, ${expected}`);
}
