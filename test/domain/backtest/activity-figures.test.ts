/** Exposure, turnover, costs, and the same run by regime, with numbers one can check by hand. */
import { describe, expect, it } from 'vitest';
import { activityFigures, regimeFigures } from '../../../domain/backtest/activity-figures.ts';

describe('activityFigures', () => {
  it('counts bars in the market, mean size without sign, and turnover a year over mean wealth', () => {
    const figures = activityFigures({
      equity: [100, 120, 80, 100],
      exposure: [0.5, -1, 0],
      tradedValue: 300,
      costs: 2,
      periodsPerYear: 30,
    });
    expect(figures).toEqual({
      timeInMarketFraction: 2 / 3,
      exposureFractionMean: 0.5,
      exposureFractionMax: 1,
      turnoverPerYear: 30,
      costs: 2,
      costFraction: 0.02,
    });
  });

  it('is null where there is no bar or no wealth to divide by', () => {
    const nothing = { equity: [], exposure: [], tradedValue: 0, costs: 0, periodsPerYear: 365 };
    expect(activityFigures(nothing)).toEqual({
      timeInMarketFraction: null,
      exposureFractionMean: null,
      exposureFractionMax: null,
      turnoverPerYear: null,
      costs: 0,
      costFraction: null,
    });
    expect(activityFigures({ ...nothing, equity: [0, -1], exposure: [0] }).turnoverPerYear).toBeNull();
  });
});

describe('regimeFigures', () => {
  const run = {
    equity: [100, 110, 99, 118.8, 118.8],
    regimes: ['bull', 'bear', 'bull', 'bull'],
    trades: [
      { pnl: 10, regime: 'bull' },
      { pnl: -5, regime: 'bull' },
      { pnl: 3, regime: null },
    ],
    periodsPerYear: 365,
  };

  it('gives a bar to the regime that was known when it opened, and a trade to that of its entry', () => {
    const byRegime = regimeFigures(run);
    expect(Object.keys(byRegime)).toEqual(['bear', 'bull', 'unknown']);
    expect(byRegime.unknown).toMatchObject({ bars: 1, returnFraction: expect.closeTo(0.1, 12), tradeCount: 1 });
    expect(byRegime.bull).toMatchObject({ bars: 2, returnFraction: expect.closeTo(-0.1, 12), winRate: 0.5 });
    expect(byRegime.bull?.drawdownFractionMax).toBeCloseTo(0.1, 12);
    expect(byRegime.bear).toMatchObject({ bars: 1, returnFraction: expect.closeTo(0.2, 12), winRate: null });
  });

  it('leaves no bar and no trade out', () => {
    const all = Object.values(regimeFigures(run));
    expect(all.reduce((sum, one) => sum + one.bars, 0)).toBe(4);
    expect(all.reduce((sum, one) => sum + one.tradeCount, 0)).toBe(3);
    expect(all.reduce((product, one) => product * (1 + one.returnFraction), 1)).toBeCloseTo(1.188, 12);
  });

  it('tells of a run after its wealth was gone', () => {
    const ruined = { ...run, equity: [100, 50, -10, -10, -10], regimes: ['bull', 'bull', 'bull', 'bull'] };
    expect(regimeFigures(ruined).bull).toMatchObject({ bars: 3, returnFraction: expect.closeTo(-1.2, 12) });
  });

  it('refuses regimes that do not stand beside the bars', () => {
    expect(() => regimeFigures({ ...run, regimes: ['bull'] })).toThrow('got 1, expected one for each of 4 bars');
    expect(regimeFigures({ equity: [], regimes: [], trades: [], periodsPerYear: 1 })).toEqual({});
  });
});
