/** The Strategy Officer's review against sums that a reader can do by hand. */
import { describe, expect, it } from 'vitest';
import { strategyHealth } from '../../../../domain/learning/strategy-health.ts';
import { shareInterval, sharpeInterval } from '../../../../domain/officers/strategy/intervals.ts';
import { type ClosedResult, reviewStrategies } from '../../../../domain/officers/strategy/review-strategies.ts';

const trades = (strategyId: string, returns: readonly number[], regime: string | null = null): ClosedResult[] =>
  returns.map((returnFraction) => ({ strategyId, regime, returnFraction }));
const times = (count: number, returns: readonly number[]): number[] =>
  Array.from({ length: count }, () => returns).flat();
const review = (all: readonly ClosedResult[], regime: string | null = null, disabled: string[] = []) =>
  reviewStrategies({ asOfMs: 0, regime, trades: all, models: [], disabled: new Set(disabled) });

describe('intervals', () => {
  it('puts 90 % around a Sharpe by the formula of Lo', () => {
    // 0.02, 0, 0.02, 0: mean 0.01, sample deviation 0.0115470054, ratio 0.8660254; error 1.6448536 · √((1 + 0.375) / 4)
    const found = sharpeInterval([0.02, 0, 0.02, 0]);
    expect(found?.estimate).toBeCloseTo(0.8660254038, 9);
    expect(found?.lower).toBeCloseTo(0.8660254038 - 1.644853627 * Math.sqrt(1.375 / 4), 9);
    expect(sharpeInterval([0.01])).toBeNull();
    expect(sharpeInterval([0.01, 0.01, 0.01])).toBeNull();
  });

  it('puts 90 % around a share as Wilson does, inside 0 and 1', () => {
    // Its bounds are the shares p from which 8 of 10 lie exactly 1.6448536 standard errors √(p (1 - p) / n) away.
    const { estimate, lower, upper } = shareInterval(8, 10);
    expect(estimate).toBe(0.8);
    for (const bound of [lower, upper])
      expect(Math.abs(0.8 - bound) / Math.sqrt((bound * (1 - bound)) / 10)).toBeCloseTo(1.644853627, 8);
    expect(lower < 0.8 && upper > 0.8).toBe(true);
    expect(shareInterval(0, 5)).toMatchObject({ estimate: 0, lower: 0 });
    expect(shareInterval(5, 5).upper).toBeCloseTo(1, 12);
  });
});

describe('health', () => {
  const health = (returns: readonly number[]) => strategyHealth(returns.map((returnFraction) => ({ returnFraction })));

  it.each<[string, readonly number[], string, number]>([
    ['nothing closed', [], 'unknown', 0],
    ['four losses in a row', [0.01, -0.01, -0.01, -0.01, -0.01], 'healthy', 0],
    ['five losses in a row', [0.01, -0.01, -0.01, -0.01, -0.01, -0.01], 'degraded', 1],
    ['a flat trade ends a row', [-0.01, -0.01, -0.01, 0, -0.01, -0.01], 'healthy', 0],
    ['few wins of nineteen trades are no verdict', times(6, [0.01, -0.001, -0.001]).concat([0.01]), 'healthy', 0],
    ['a third of wins of 21 trades', times(7, [-0.001, -0.001, 0.02]), 'degraded', 1],
    ['an average below -1 %', times(10, [0.01, -0.04]), 'degraded', 1],
    ['only the last fifty count', times(10, [-0.05]).concat(times(25, [0.02, -0.01])), 'healthy', 0],
  ])('%s', (_name, returns, expected, reasons) => {
    const found = health(returns);
    expect(found.health).toBe(expected);
    expect(found.reasons).toHaveLength(reasons);
  });
});

describe('the review', () => {
  it('ranks by Sharpe, then by average, then by name, and names one with two to fall back on', () => {
    const state = review([
      ...trades('delta', [0.01, -0.01]),
      ...trades('alpha', [0.03, 0.01]),
      ...trades('charlie', [0.02, -0.01]),
      ...trades('bravo', [0.01, -0.01]),
    ]);
    expect(state.ranking.map((one) => one.strategyId)).toEqual(['alpha', 'charlie', 'bravo', 'delta']);
    expect([state.primary, state.fallbacks]).toEqual(['alpha', ['charlie', 'bravo']]);
    expect(state.ranking[0]).toMatchObject({ trades: 2, winRate: 1, basis: 'all', health: 'healthy' });
    expect(state.winRate).toBe(5 / 8);
    expect(state.closedTrades).toBe(8);
  });

  it('looks at the present regime from thirty trades on', () => {
    const bull = times(15, [0.02, -0.01]);
    const bear = times(20, [-0.01, 0.005]);
    const all = [...trades('one', bear, 'bear'), ...trades('one', bull, 'bull')];
    expect(review(all, 'bull').ranking[0]).toMatchObject({ basis: 'regime', trades: 30 });
    expect(review(all, 'bull').ranking[0]?.averageReturn).toBeCloseTo(0.005, 12);
    expect(review(all, 'sideways').ranking[0]).toMatchObject({ basis: 'all', trades: 70 });
    expect(review(all, null).ranking[0]).toMatchObject({ basis: 'all', trades: 70 });
  });

  it('disables what is degraded, and what is below 0 with 90 % certainty, and prefers neither', () => {
    const hopeless = times(20, [0.001, -0.009]);
    const state = review(
      [
        ...trades('degraded', [0.02, ...times(5, [-0.001])]),
        ...trades('hopeless', hopeless),
        ...trades('good', [0.01, -0.005]),
        ...trades('stopped', [0.05, 0.04]),
      ],
      null,
      ['stopped'],
    );
    expect(state.disable.map(({ strategyId }) => strategyId)).toEqual(['degraded', 'hopeless']);
    expect(state.disable[1]?.reason).toContain('Sharpe per trade below 0');
    expect(state.ranking.find(({ strategyId }) => strategyId === 'stopped')?.disabled).toBe(true);
    expect(state.primary).toBe('good');
    expect(state.fallbacks).not.toContain('stopped');
    expect(state.fallbacks).not.toContain('degraded');
  });

  it('says nothing of a desk that has closed nothing', () => {
    expect(review([])).toMatchObject({ ranking: [], primary: null, fallbacks: [], disable: [], winRate: null });
  });
});
