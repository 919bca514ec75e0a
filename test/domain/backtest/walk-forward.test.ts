/** A run judged part by part: nothing is left out, nothing counts twice, and the tests together are one stretch. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JudgedRun, walkForwardOf } from '../../../domain/backtest/walk-forward.ts';
import { InvalidInput } from '../../../schemas/problem.ts';

const DAY_MS = 86_400_000;
const run = (equity: readonly number[], trades: JudgedRun['trades'] = []): JudgedRun => ({
  equity,
  closesMs: Array.from({ length: equity.length - 1 }, (_, i) => (i + 1) * DAY_MS),
  intervalMs: DAY_MS,
  trades,
  periodsPerYear: 365,
});

describe('walkForwardOf', () => {
  it('cuts six days into a first part and two tests, each beside all days before it', () => {
    const trades = [
      { pnl: 10, entryAtMs: 0 },
      { pnl: 5, entryAtMs: 2 * DAY_MS - 1 },
      { pnl: -4, entryAtMs: 2 * DAY_MS },
      { pnl: 7, entryAtMs: 5 * DAY_MS },
    ];
    const { folds, outOfSample } = walkForwardOf(run([100, 110, 121, 121, 108.9, 108.9, 130.68], trades), 2);
    const told = folds.map(({ before, test }) => [before.bars, test.bars, test.fromMs / DAY_MS, test.toMs / DAY_MS]);
    expect(told).toEqual([
      [2, 2, 2, 4],
      [4, 2, 4, 6],
    ]);
    expect(folds[0]?.before.metrics).toMatchObject({ tradeCount: 2, returnFraction: expect.closeTo(0.21, 12) });
    expect(folds[0]?.test.metrics).toMatchObject({ tradeCount: 1, returnFraction: expect.closeTo(-0.1, 12) });
    expect(folds[1]?.test.metrics).toMatchObject({ tradeCount: 1, returnFraction: expect.closeTo(0.2, 12) });
    expect(folds[1]?.test.metrics.finalEquity).toBe(130.68);
    expect(outOfSample).toMatchObject({ fromMs: 2 * DAY_MS, toMs: 6 * DAY_MS, bars: 4 });
    expect(outOfSample.metrics).toMatchObject({ tradeCount: 2, returnFraction: expect.closeTo(0.08, 12) });
    expect(outOfSample.metrics.drawdownFractionMax).toBeCloseTo(0.1, 12);
  });

  it('leaves no bar and no trade out, whatever is cut', () => {
    const wealth = fc.array(fc.double({ min: 50, max: 200, noNaN: true }), { minLength: 3, maxLength: 60 });
    const entries = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 40 });
    const property = fc.property(wealth, entries, fc.integer({ min: 1, max: 20 }), (equity, entered, folds) => {
      const bars = equity.length - 1;
      fc.pre(folds < bars);
      const trades = entered.map((share) => ({ pnl: 1, entryAtMs: Math.floor(share * bars * DAY_MS) }));
      const found = walkForwardOf(run(equity, trades), folds);
      const [first] = found.folds;
      const tests = found.folds.map(({ test }) => test);
      expect(tests.reduce((sum, one) => sum + one.bars, first?.before.bars ?? 0)).toBe(bars);
      const counted = tests.reduce((sum, one) => sum + one.metrics.tradeCount, first?.before.metrics.tradeCount ?? 0);
      expect(counted).toBe(trades.length);
      const growth = tests.reduce((product, one) => product * (1 + (one.metrics.returnFraction ?? 0)), 1);
      expect(growth - 1).toBeCloseTo(found.outOfSample.metrics.returnFraction ?? 0, 9);
      for (const [k, { before, test }] of found.folds.entries()) {
        expect(test.fromMs).toBe(k === 0 ? before.toMs : tests[k - 1]?.toMs);
      }
      expect(tests.at(-1)?.toMs).toBe(bars * DAY_MS);
    });
    fc.assert(property, { seed: 8, numRuns: 200 });
  });

  it('refuses as many folds as bars', () => {
    expect(() => walkForwardOf(run([1, 1, 1]), 2)).toThrow(InvalidInput);
    expect(walkForwardOf(run([1, 1, 1]), 1).folds).toHaveLength(1);
  });
});
