/** Performance figures against numbers one can check by hand, and against empyrical's published cases. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { performanceMetrics, periodsPerYear } from '../../../domain/backtest/metrics.ts';
import {
  annualReturnFraction,
  type Benchmark,
  calmarRatio,
  downsideRiskFraction,
  maxDrawdownFraction,
  omegaRatio,
  sharpeRatio,
  sortinoRatio,
  stabilityOfReturns,
  volatilityFraction,
} from '../../../domain/backtest/return-statistics.ts';

const figures = (equity: number[], tradePnls: number[] = [], perYear = 365) =>
  performanceMetrics({ equity, periodsPerYear: perYear, tradePnls });

describe('performanceMetrics', () => {
  it('counts a year of 365 days in bars of any length', () => {
    expect(periodsPerYear(3_600_000)).toBe(8_760);
    expect(periodsPerYear(86_400_000)).toBe(365);
    expect(periodsPerYear(3_600_000, ['BTC/USDT', 'SPY'])).toBe(8_760);
  });

  it('counts the bars of 252 sessions when every symbol is exchange-traded', () => {
    expect([86_400_000, 3_600_000, 60_000].map((ms) => periodsPerYear(ms, ['SPY', 'AAPL']))).toEqual([
      252, 1_764, 98_280,
    ]);
    expect(periodsPerYear(604_800_000, ['SPY'])).toBeCloseTo(52.14, 2);
  });

  it('reports the drawdown as a positive fraction of the peak, not of the start, and not as an amount', () => {
    const result = figures([1_000, 1_000, 500, 1_000, 11_000, 10_000]);
    expect(result.drawdownFractionMax).toBe(0.5);
    expect(result.finalEquity).toBe(10_000);
    expect(result.returnFraction).toBe(9);
  });

  it('measures the longest drawdown from a peak until it is reached again', () => {
    expect(figures([100, 110, 100, 90, 100, 110, 120]).drawdownBarsMax).toBe(4);
    expect(figures([100, 90, 80, 70]).drawdownBarsMax).toBe(3);
    expect(figures([100, 100, 110, 120]).drawdownBarsMax).toBe(0);
  });

  it('weighs wins and losses in money', () => {
    const result = figures([100, 100], [30, -10, -10, 0]);
    expect(result).toMatchObject({
      tradeCount: 4,
      winRate: 0.25,
      profitFactor: 1.5,
      expectancy: 2.5,
      averageWin: 30,
      averageLoss: 10,
    });
  });

  it('annualises geometrically: one percent in one of 365 days', () => {
    expect(figures([100, 101]).annualReturnFraction).toBeCloseTo(1.01 ** 365 - 1, 8);
  });

  it('gives null, never NaN, for what is undefined without bars or trades', () => {
    expect(figures([])).toEqual({
      finalEquity: null,
      returnFraction: null,
      annualReturnFraction: null,
      volatilityFraction: null,
      sharpe: null,
      sortino: null,
      calmar: null,
      drawdownFractionMax: 0,
      drawdownBarsMax: 0,
      profitFactor: null,
      winRate: null,
      expectancy: null,
      tradeCount: 0,
      averageWin: null,
      averageLoss: null,
    });
  });

  it('finds no Sharpe where wealth is flat, nor where it grows by the same fraction every bar', () => {
    expect(figures([100, 100, 100, 100]).sharpe).toBeNull();
    const steady = Array.from({ length: 50 }, (_value, bar) => 100 * 1.01 ** bar);
    expect(figures(steady).sharpe).toBeNull();
    expect(figures(steady).sortino).toBeNull();
    expect(figures(steady).calmar).toBeNull();
  });

  it('still sees the spread of very small returns', () => {
    expect(figures([1e9, 1e9 + 1, 1e9, 1e9 + 2]).sharpe).not.toBeNull();
  });

  it('carries a loss of everything and a debt to the end', () => {
    expect(figures([100, 0]).annualReturnFraction).toBe(-1);
    const debt = figures([100, -10, -20]);
    expect(debt.annualReturnFraction).toBeNull();
    expect(debt.drawdownFractionMax).toBeCloseTo(1.2, 12);
  });

  it('refuses wealth that is not a number', () => {
    expect(() => figures([100, Number.NaN])).toThrow('equity[1] is NaN, expected a finite number');
  });

  it('never answers with NaN or an infinity, whatever the path of wealth', () => {
    const money = fc.integer({ min: -100_000_000, max: 2_000_000_000 }).map((cents) => cents / 100);
    const wealth = fc.array(money, { maxLength: 40 });
    const pnls = fc.array(money, { maxLength: 20 });
    fc.assert(
      fc.property(wealth, pnls, (equity, tradePnls) => {
        const result = figures(equity, tradePnls, 525_600);
        for (const value of Object.values(result)) expect(value === null || Number.isFinite(value)).toBe(true);
        expect(result.drawdownFractionMax).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('scales ratios of wealth with the currency: cents or dollars give the same figures', () => {
    const wealth = [100, 104, 98, 103, 99, 120];
    const [dollars, cents] = [figures(wealth), figures(wealth.map((value) => value * 100))];
    expect(cents.sharpe).toBeCloseTo(dollars.sharpe ?? Number.NaN, 12);
    expect(cents.drawdownFractionMax).toBeCloseTo(dollars.drawdownFractionMax, 12);
  });
});

type Case = {
  readonly metric: string;
  readonly series: string;
  readonly params: Readonly<Record<string, number | string>>;
  readonly expected: number;
};
type Golden = { readonly series: Record<string, (number | null)[]>; readonly cases: readonly Case[] };

const goldenPath = path.resolve(process.cwd(), '../shared/golden/reference/performance_empyrical.json');
const golden: Golden | null = existsSync(goldenPath) ? JSON.parse(readFileSync(goldenPath, 'utf8')) : null;
if (golden === null) console.warn('SKIPPED: the golden file performance_empyrical.json is not there');

type Measure = (returns: number[], perYear: number, level: (name: string) => Benchmark) => number | null;

const measures: Readonly<Record<string, Measure>> = {
  max_drawdown: (returns) => -maxDrawdownFraction(returns),
  annual_return_geometric: annualReturnFraction,
  annual_volatility_ddof1: volatilityFraction,
  calmar: calmarRatio,
  sharpe: (returns, perYear, level) => sharpeRatio(returns, perYear, level('risk_free')),
  downside_risk: (returns, perYear, level) => downsideRiskFraction(returns, perYear, level('required_return')),
  sortino: (returns, perYear, level) => sortinoRatio(returns, perYear, level('required_return')),
  omega: (returns, perYear, level) =>
    omegaRatio(returns, perYear, Number(level('risk_free')), Number(level('required_return_annual'))),
  stability_of_timeseries: stabilityOfReturns,
  excess_sharpe: (returns, _perYear, level) => sharpeRatio(returns, 1, level('factor_returns')),
};

describe.skipIf(golden === null)("empyrical's published cases", () => {
  const series = (name: string): number[] => (golden?.series[name] ?? []).map((value) => value ?? Number.NaN);

  it.each(golden?.cases ?? [])('$metric of $series with $params', ({ metric, series: name, params, expected }) => {
    const measure = measures[metric];
    if (measure === undefined) throw new Error(`no function for ${metric}`);
    const level = (key: string): Benchmark => {
      const value = params[key] ?? 0;
      return typeof value === 'string' ? series(value) : value;
    };
    const got = measure(series(name), Number(params.periods_per_year ?? 252), level);
    expect(got).not.toBeNull();
    expect(Math.abs((got ?? Number.NaN) - expected)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(expected)));
  });
});
