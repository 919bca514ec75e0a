/** Ways to cut a history: the published folds, and for any size no bar on both sides, none lost, none too near. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BarRange,
  combinatorialFolds,
  combinatorialPaths,
  foldRanges,
  purgedFolds,
  type Split,
  walkForward,
} from '../../../../domain/learning/validation/splits.ts';
import { goldenJson } from '../golden-json.ts';

const barsOf = (ranges: readonly BarRange[]): number[] =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, k) => from + k));

type Case = {
  folds: number;
  test_folds: number;
  purge: number;
  embargo: number;
  train?: number[][];
  test?: number[][][];
  n_splits?: number;
  n_paths?: number;
  last_fold?: number[];
};
const golden = goldenJson<{ n: number; cases: Case[] }>('reference/validation_cpcv.json');

describe.skipIf(golden === null)("skfolio's combinatorial folds of 12 bars", () => {
  it.each(golden?.cases ?? [])('$folds folds, $test_folds tested, purge $purge, embargo $embargo', (one) => {
    const { folds, test_folds: testFolds, purge, embargo } = one;
    const splits = combinatorialFolds({ count: 12, folds, testFolds, purge, embargo });
    if (one.n_splits !== undefined) expect(splits).toHaveLength(one.n_splits);
    if (one.n_paths !== undefined) expect(combinatorialPaths(folds, testFolds)).toHaveLength(one.n_paths);
    if (one.train !== undefined) expect(splits.map(({ train }) => barsOf(train))).toEqual(one.train);
    if (one.test !== undefined)
      expect(splits.map(({ test }) => test.map((range) => barsOf([range])))).toEqual(one.test);
  });
});

describe('folds', () => {
  it('tile all bars, the first ones larger: 12 bars in 5 folds', () => {
    expect(foldRanges(12, 5).map(({ from, to }) => to - from)).toEqual([3, 3, 2, 2, 2]);
    expect(() => foldRanges(4, 5)).toThrow(RangeError);
    expect(() => foldRanges(10, 1)).toThrow(RangeError);
  });

  it('make 15 splits and 5 paths for 6 folds of which 2 are tested, as in the book', () => {
    expect(combinatorialFolds({ count: 60, folds: 6, testFolds: 2, purge: 0, embargo: 0 })).toHaveLength(15);
    expect(combinatorialPaths(6, 2)).toHaveLength(5);
  });

  it('leave out the horizon before a test, and the horizon and the embargo after it', () => {
    const [first, second] = purgedFolds({ count: 30, folds: 3, purge: 2, embargo: 3 });
    expect(first).toEqual({ test: [{ from: 0, to: 10 }], train: [{ from: 15, to: 30 }] });
    expect(second).toEqual({
      test: [{ from: 10, to: 20 }],
      train: [
        { from: 0, to: 8 },
        { from: 25, to: 30 },
      ],
    });
  });

  it('refuse fractions of bars and more tests than folds', () => {
    const options = { count: 30, folds: 3, purge: 0, embargo: 0 };
    expect(() => purgedFolds({ ...options, purge: 0.5 })).toThrow('purge: got 0.5');
    expect(() => purgedFolds({ ...options, embargo: -1 })).toThrow('embargo: got -1');
    expect(() => combinatorialFolds({ ...options, testFolds: 3 })).toThrow('testFolds: got 3');
  });
});

const sizes = fc.record({
  count: fc.integer({ min: 10, max: 120 }),
  folds: fc.integer({ min: 2, max: 7 }),
  purge: fc.integer({ min: 0, max: 12 }),
  embargo: fc.integer({ min: 0, max: 8 }),
});

/**
 * No label of one side, known `purge` bars after its bar, reaches a bar or a label of the other; embargo after tests.
 */
function keepsApart({ train, test }: Split, purge: number, embargo: number): void {
  const tested = barsOf(test);
  for (const bar of barsOf(train)) {
    for (const other of tested) {
      expect(Math.abs(bar - other)).toBeGreaterThan(purge);
      if (bar > other) expect(bar - other).toBeGreaterThan(purge + embargo);
    }
  }
}

describe('for any size', () => {
  it('purged folds test every bar once, and keep training and test apart', () => {
    fc.assert(
      fc.property(sizes, ({ count, folds, purge, embargo }) => {
        const splits = purgedFolds({ count, folds, purge, embargo });
        expect(splits.flatMap(({ test }) => barsOf(test))).toEqual(barsOf([{ from: 0, to: count }]));
        for (const split of splits) keepsApart(split, purge, embargo);
      }),
    );
  });

  it('combinations test every fold equally often, and train on all that is far enough away', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 6 }), ({ count, folds, purge, embargo }, wanted) => {
        const testFolds = Math.min(wanted, folds - 1);
        const splits = combinatorialFolds({ count, folds, testFolds, purge, embargo });
        const counts = new Array<number>(count).fill(0);
        for (const bar of splits.flatMap(({ test }) => barsOf(test))) counts[bar] = (counts[bar] ?? 0) + 1;
        expect(new Set(counts).size).toBe(1);
        for (const split of splits) {
          keepsApart(split, purge, embargo);
          const [train, test] = [new Set(barsOf(split.train)), barsOf(split.test)];
          for (let bar = 0; bar < count; bar += 1) {
            const near = test.some((one) => (bar < one ? one - bar <= purge : bar - one <= purge + embargo));
            expect(train.has(bar)).toBe(!near);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('every path of the combinations takes each fold once, from a split that tests it', () => {
    const splits = combinatorialFolds({ count: 60, folds: 6, testFolds: 3, purge: 0, embargo: 0 });
    const ranges = foldRanges(60, 6);
    const used = combinatorialPaths(6, 3).map((path) =>
      path.map((split, fold) => {
        expect(splits[split]?.test).toContainEqual(ranges[fold]);
        return `${split}:${fold}`;
      }),
    );
    expect(new Set(used.flat()).size).toBe(60);
  });

  it('walk-forward judges each bar after the first part once, on training that ends before its labels reach it', () => {
    const training = fc.constantFrom('anchored' as const, 'rolling' as const);
    fc.assert(
      fc.property(sizes, training, ({ count, folds, purge }, kind) => {
        const splits = walkForward({ count, folds, purge, training: kind });
        const first = splits[0]?.test[0]?.from ?? Number.NaN;
        expect(splits.flatMap(({ test }) => barsOf(test))).toEqual(barsOf([{ from: first, to: count }]));
        for (const split of splits) {
          keepsApart(split, purge, 0);
          const start = split.test[0]?.from ?? 0;
          expect(barsOf(split.train).every((bar) => bar + purge < start)).toBe(true);
          if (kind === 'anchored' && start > purge) expect(split.train[0]).toEqual({ from: 0, to: start - purge });
        }
      }),
    );
  });
});
