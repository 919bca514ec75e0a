/**
 * The allocation review: scores and weights that a reader can check by hand, bounded risk, damped turnover, reasons.
 */
import { describe, expect, it } from 'vitest';
import {
  drawdownOf,
  type StrategyRecord,
  scoreOf,
  scoreParts,
} from '../../../domain/learning/allocation/allocation-score.ts';
import { dampTurnover, planAllocation } from '../../../domain/learning/allocation/plan-allocation.ts';
import { jointRisk, measuredCorrelation } from '../../../domain/learning/allocation/risk-budget.ts';
import { InvalidInput } from '../../../schemas/problem.ts';

const DAYS = 40;

/** Alternating days around a mean: +1 % and −1 % of it at a swing of 0.01. */
const days = (mean: number, swing: number, shift = 0): number[] =>
  Array.from({ length: DAYS }, (_day, i) => mean + ((i + shift) % 2 === 0 ? swing : -swing));

const strategy = (strategyId: string, change: Partial<StrategyRecord> = {}): StrategyRecord => ({
  strategyId,
  dailyReturns: days(0.0001, 0.001),
  trades: Array.from({ length: 20 }, (_one, i) => ({ returnFraction: i % 2 === 0 ? 0.02 : -0.01, regime: 'bull' })),
  health: 'healthy',
  ...change,
});

const plan = (strategies: readonly StrategyRecord[], previous: Record<string, number> | null = null) =>
  planAllocation({ regime: 'bull', strategies, previous });
const weightsOf = (strategies: readonly StrategyRecord[], previous: Record<string, number> | null = null) =>
  plan(strategies, previous).strategies.map(({ weight }) => Number(weight.toFixed(9)));

describe('the score', () => {
  it('has its parts apart', () => {
    // Ten wins of 2 % and ten losses of 1 %: profit factor 2, win rate 0.5; half of it is trusted, 20 / (20 + 20).
    const parts = scoreParts(strategy('a'), 'bull');
    const sd = Math.sqrt((20 * 0.015 ** 2) / 19);
    expect(parts).toMatchObject({ winRateBonus: 0, profitFactorBonus: 0.5, healthFactor: 1 });
    expect(parts.regime).toBeCloseTo(1.5 * 0.5 * (0.005 / sd), 12);
    const sharpe = (0.0001 / Math.sqrt((DAYS * 0.001 ** 2) / (DAYS - 1))) * Math.sqrt(365);
    expect(parts.sharpe).toBeCloseTo(2 * 0.5 * sharpe, 9);
    expect(scoreParts(strategy('a'), 'bear').regime).toBe(0);
  });

  it('pays for a win rate above 55 %, and for drawdown less', () => {
    const trades = Array.from({ length: 20 }, (_one, i) => ({ returnFraction: i < 13 ? 0.01 : -0.02, regime: null }));
    const parts = scoreParts(strategy('a', { trades, dailyReturns: [0.1, -0.2, 0.05] }), null);
    expect(parts.winRateBonus).toBeCloseTo(0.2, 12);
    expect(parts.profitFactorBonus).toBe(0);
    expect(parts.drawdown).toBeCloseTo(-0.6, 12);
    expect(drawdownOf([0.1, -0.5, 0.2])).toBeCloseTo(0.5, 12);
    expect(drawdownOf([...new Array(400).fill(9), -0.25])).toBe(0.25);
  });

  it('is a quarter for a degraded strategy, and never better for it below 0', () => {
    const parts = scoreParts(strategy('a', { health: 'degraded' }), 'bull');
    expect(scoreOf(parts)).toBeCloseTo(scoreOf({ ...parts, healthFactor: 1 }) / 4, 12);
    expect(scoreOf({ ...parts, sharpe: -9 })).toBe(scoreOf({ ...parts, sharpe: -9, healthFactor: 1 }));
  });

  it('is 0 without trades', () => {
    expect(scoreOf(scoreParts(strategy('a', { trades: [], dailyReturns: [] }), 'bull'))).toBe(0);
  });
});

describe('the plan', () => {
  it('leaves 0.20 in cash with two strategies, and a disabled third nothing', () => {
    const found = plan([strategy('a'), strategy('b'), strategy('c', { health: 'disabled' })]);
    expect(found.strategies.map(({ strategyId, weight }) => [strategyId, weight])).toEqual([
      ['a', 0.4],
      ['b', 0.4],
      ['c', 0],
    ]);
    expect(found.cashFraction).toBeCloseTo(0.2, 12);
    expect(found.strategies.map(({ reason }) => reason).at(-1)).toBe('disabled: nothing');
  });

  it('gives the better more, within 5 and 40 %, and says why', () => {
    const found = plan([strategy('good'), strategy('bad', { dailyReturns: days(-0.0005, 0.001) }), strategy('third')]);
    const [good, bad] = found.strategies;
    expect(good?.weight).toBeGreaterThan(bad?.weight ?? 1);
    expect(found.strategies.reduce((sum, { weight }) => sum + weight, found.cashFraction)).toBeCloseTo(1, 12);
    expect(good?.reason).toContain('40.0 % (the most)');
    expect(bad?.reason).toContain('mostly Sharpe');
  });

  it('is scaled down together until a day costs at most 2 %', () => {
    const wild = days(0, 0.08);
    const found = plan([strategy('a', { dailyReturns: wild }), strategy('b', { dailyReturns: wild })]);
    expect(found.jointRiskFraction).toBeCloseTo(0.02, 12);
    // Both fall together: 0.8 × 8 % are 6.4 %, so 0.02 / 0.064 of each weight is left.
    expect(found.strategies[0]?.weight).toBeCloseTo(0.4 * (0.02 / 0.064), 9);
    expect(found.strategies[0]?.reason).toContain('by the risk budget of a day');
    const opposite = [strategy('a', { dailyReturns: wild }), strategy('b', { dailyReturns: days(0, 0.08, 1) })];
    expect(plan(opposite).jointRiskFraction).toBeCloseTo(0, 9);
  });

  it('guesses that strategies of few days move as one', () => {
    expect(measuredCorrelation([[0.01], [-0.02, 0.01]])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(
      jointRisk(
        [0.5, 0.5],
        [0.02, 0.04],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toBeCloseTo(Math.hypot(0.01, 0.02), 15);
  });

  it('is refused for more than twenty strategies: the least of each would be more than all', () => {
    const many = Array.from({ length: 21 }, (_one, i) => strategy(`s${i}`));
    expect(() => plan(many)).toThrow(InvalidInput);
  });

  it('goes halfway from the last weights, and not at all for a crumb; a new strategy gets its weight at once', () => {
    expect(dampTurnover([0.4, 0.4], [0.2, 0.39])).toEqual([expect.closeTo(0.3), 0.39]);
    expect(dampTurnover([0.4, 0.4], [null, 0.4])).toEqual([0.4, 0.4]);
    const four = dampTurnover([0.4, 0.4, 0.15, 0.05], [0.25, 0.25, 0.25, 0.25]);
    expect(four.map((weight) => Number(weight.toFixed(9)))).toEqual([0.325, 0.325, 0.2, 0.15]);
    expect(weightsOf([strategy('a'), strategy('b')], { a: 0.2, b: 0.4 })).toEqual([0.3, 0.4]);
  });

  it('drops a strategy that was disabled at once', () => {
    expect(weightsOf([strategy('a', { health: 'disabled' }), strategy('b')], { a: 0.4, b: 0.4 })).toEqual([0.4, 0]);
  });

  it('is all cash without a strategy', () => {
    expect(plan([])).toMatchObject({ strategies: [], cashFraction: 1, diversification: null, jointRiskFraction: 0 });
  });
});
