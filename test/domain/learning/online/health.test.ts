/** Whether a strategy still works: how often its rules are wrong, what its patterns say, whether it should trade. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCusum, cusumRunLength } from '../../../../domain/learning/online/cusum.ts';
import { lossRunProbability, lowWinRateProbability } from '../../../../domain/learning/online/false-alarms.ts';
import {
  type EntryConditions,
  learnPatterns,
  matchingPattern,
  patternsOf,
  rankedPatterns,
} from '../../../../domain/learning/online/patterns.ts';
import { shouldTrade } from '../../../../domain/learning/online/should-trade.ts';
import { healthFalseAlarms, strategyHealth } from '../../../../domain/learning/strategy-health.ts';
import { health } from '../../../../scripts/lib/calc/health.ts';
import { fixtureJson } from '../golden-json.ts';

type Rule = {
  readonly win_rate: number;
  readonly p_run5_in_50: number;
  readonly p_run5_in_100: number;
  readonly p_run7_in_50: number;
  readonly p_winrate_below_35pct_of_50: number;
};
type Length = {
  readonly k: number;
  readonly h: number;
  readonly shift_sigma: number;
  readonly one_sided: number;
  readonly two_sided: number;
};
const golden = fixtureJson<{ seed_rules: Rule[]; cusum_arl: Length[] }>('monitor_false_alarms.json');

describe('false alarms', () => {
  it.each(golden.seed_rules)('at a true win rate of $win_rate are those published', (row) => {
    expect(lossRunProbability(row.win_rate, 5, 50)).toBeCloseTo(row.p_run5_in_50, 12);
    expect(lossRunProbability(row.win_rate, 5, 100)).toBeCloseTo(row.p_run5_in_100, 12);
    expect(lossRunProbability(row.win_rate, 7, 50)).toBeCloseTo(row.p_run7_in_50, 12);
    expect(lowWinRateProbability(row.win_rate, 0.35, 50)).toBeCloseTo(row.p_winrate_below_35pct_of_50, 12);
  });

  it('are told by calc health, 39 % for five losses in a row at a true win rate of 55 %', () => {
    const told = health.run({ trades: [] }) as { falseAlarms: object; cusumRunLength: object };
    const falseAlarms = { winRate: 0.55, trades: 50, lossesInARow: expect.closeTo(0.39494, 5) };
    expect(told).toMatchObject({
      falseAlarms: { ...falseAlarms, winRateLow: expect.closeTo(0.0022356, 7) },
      cusumRunLength: {
        ...{ slack: 0.5, limit: 5, shiftSigma: 1 },
        ...{ inControl: { twoSided: expect.closeTo(465.43, 2) }, shifted: { twoSided: expect.closeTo(10.376, 3) } },
      },
    });
  });

  it('are certain for who never wins and impossible for who always does, and grow with the trades', () => {
    expect(lossRunProbability(0, 5, 5)).toBe(1);
    expect(lossRunProbability(0, 5, 4)).toBe(0);
    expect(lossRunProbability(1, 5, 500)).toBe(0);
    expect(lossRunProbability(0.5, 1, 2)).toBeCloseTo(0.75, 15);
    expect([lowWinRateProbability(0, 0.35, 50), lowWinRateProbability(1, 0.35, 50)]).toEqual([1, 0]);
    expect(() => lossRunProbability(1.1, 5, 50)).toThrow(RangeError);
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 120 }), (rate, run, trades) => {
        const one = lossRunProbability(rate, run, trades);
        expect(one).toBeGreaterThanOrEqual(0);
        expect(one).toBeLessThanOrEqual(1 + 1e-12);
        expect(lossRunProbability(rate, run, trades + 1)).toBeGreaterThanOrEqual(one - 1e-15);
        expect(lossRunProbability(rate, run + 1, trades)).toBeLessThanOrEqual(one + 1e-15);
      }),
      { numRuns: 100 },
    );
  });
});

describe('CUSUM', () => {
  it.each(golden.cusum_arl.filter((one) => one.shift_sigma === 0 || one.shift_sigma === 1))(
    'runs as long as tabulated: h = $h, shift $shift_sigma',
    ({ k: slack, h: limit, shift_sigma: shift, one_sided: oneSided, two_sided: twoSided }) => {
      const length = cusumRunLength(shift, { slack, limit });
      expect(length.oneSided / oneSided).toBeCloseTo(1, 8);
      expect(length.twoSided / twoSided).toBeCloseTo(1, 8);
    },
  );

  it('alarms when the sum passes the limit, and begins again at 0', () => {
    const detect = createCusum({ slack: 0.5, limit: 5 });
    // S+ = 1.5, 3, 4.5, 6: the fourth; then the same again.
    expect(Array.from({ length: 8 }, () => detect(2))).toEqual([false, false, false, true, false, false, false, true]);
  });
});

const returns = (...values: number[]) => values.map((returnFraction) => ({ returnFraction }));

describe('the health of a strategy', () => {
  it('tells five losses in a row together with how often luck alone does it', () => {
    const {
      health: state,
      reasons,
      lossesInARow,
    } = strategyHealth(returns(...new Array(45).fill(0.01), ...new Array(5).fill(-0.01)));
    expect([state, lossesInARow]).toEqual(['degraded', 5]);
    expect(reasons[0]).toContain('5 losses in a row (by luck alone in 39.5 % of 50 trades at a win rate of 55.0 %)');
    expect(healthFalseAlarms(10).winRateLow).toBeNull();
  });

  it('holds the window against the trades before it, by CUSUM, and degrades nobody for it', () => {
    const before = Array.from({ length: 30 }, (_, k) => (k % 2 === 0 ? 0.02 : -0.01));
    const worse = Array.from({ length: 50 }, (_, k) => (k % 2 === 0 ? 0.002 : -0.012));
    expect(strategyHealth(returns(...before, ...before.slice(0, 10), ...before.slice(0, 10))).cusum).toBeNull();
    expect(strategyHealth(returns(...before, ...worse))).toMatchObject({ health: 'healthy', cusum: { alarm: true } });
    const same = Array.from({ length: 50 }, (_, k) => (k % 2 === 0 ? 0.02 : -0.01));
    expect(strategyHealth(returns(...before, ...same)).cusum?.alarm).toBe(false);
  });

  it('holds against nothing where the trades before were all alike, however their mean is rounded', () => {
    for (const value of [0.1, 0.3, -0.007]) {
      const alike = new Array(37).fill(value);
      expect(strategyHealth(returns(...alike, ...new Array(50).fill(value))).cusum).toBeNull();
    }
  });

  it('is unknown without trades', () => {
    expect(strategyHealth([])).toMatchObject({ health: 'unknown', winRate: null, cusum: null });
  });
});

const entry = (change: Partial<EntryConditions> = {}): EntryConditions => ({
  ...{ side: 'long', regime: 'bull', volatility: 'normal', rsi: 50, volumeRatio: 1 },
  ...change,
});
const traded = (at: EntryConditions, won: boolean, times: number) =>
  new Array(times).fill({ patterns: patternsOf(at), won, returnFraction: won ? 0.01 : -0.01 });

describe('patterns', () => {
  it('are named from all entries down to five conditions', () => {
    expect(patternsOf(entry({ rsi: 71, volumeRatio: null }))).toEqual([
      '',
      'long / bull',
      'long / bull / volatility normal',
      'long / bull / volatility normal / rsi high / volume unknown',
    ]);
  });

  it('say nothing below ten trades', () => {
    expect(matchingPattern(learnPatterns(traded(entry(), true, 9)), entry())).toBeNull();
  });

  it('are shrunk step by step: 20 wins of 20 are no certainty', () => {
    const view = matchingPattern(learnPatterns(traded(entry(), true, 20)), entry({ volatility: 'high' }));
    // All: (20 + 10 × 0.5) / 30; long / bull: (20 + 10 × 25/30) / 30. High volatility has never been traded.
    expect(view).toMatchObject({ pattern: 'long / bull', trades: 20 });
    expect(view?.winRate).toBeCloseTo((20 + (10 * 25) / 30) / 30, 12);
  });

  it('stay between their own rate and the wider one, and never leave 0 to 1', () => {
    const outcome = fc.record({
      regime: fc.constantFrom('bull', 'bear'),
      side: fc.constantFrom('long' as const, 'short' as const),
      won: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 10, maxLength: 120 }), (outcomes) => {
        const table = learnPatterns(outcomes.flatMap(({ won, ...at }) => traded(entry(at), won, 1)));
        const view = matchingPattern(table, entry());
        expect(view?.winRate).toBeGreaterThan(0);
        expect(view?.winRate).toBeLessThan(1);
        const own = rankedPatterns(table).map(({ wins, trades }) => wins / trades);
        expect(own).toEqual([...own].sort((a, b) => b - a));
      }),
      { numRuns: 50 },
    );
  });
});

describe('whether to trade', () => {
  const healthy = { health: 'healthy' as const, reasons: [] };

  it('is no for a degraded strategy, whatever its patterns say', () => {
    const patterns = learnPatterns(traded(entry(), true, 100));
    const degraded = { health: 'degraded' as const, reasons: ['5 losses in a row'] };
    expect(shouldTrade({ health: degraded, patterns }, entry())).toEqual({
      trade: false,
      adjustment: 0,
      reason: 'degraded: 5 losses in a row',
    });
  });

  it('is no where the pattern loses and yes where it wins, of the same strategy', () => {
    const patterns = learnPatterns([...traded(entry({ regime: 'bear' }), false, 60), ...traded(entry(), true, 60)]);
    const bear = shouldTrade({ health: healthy, patterns }, entry({ regime: 'bear' }));
    expect(bear).toMatchObject({ trade: false, adjustment: 0 });
    expect(bear.reason).toContain('long / bear');
    expect(shouldTrade({ health: healthy, patterns }, entry())).toMatchObject({ trade: true, adjustment: 1 });
  });

  it('is yes with nothing learnt, and never makes an entry larger', () => {
    expect(shouldTrade({ health: healthy, patterns: {} }, entry())).toMatchObject({ trade: true, adjustment: 1 });
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(60), (wins, losses, others) => {
        const bear = traded(entry({ regime: 'bear' }), true, others);
        const patterns = learnPatterns([...traded(entry(), true, wins), ...traded(entry(), false, losses), ...bear]);
        const { adjustment } = shouldTrade({ health: healthy, patterns }, entry());
        expect(adjustment).toBeGreaterThanOrEqual(0);
        expect(adjustment).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });
});
