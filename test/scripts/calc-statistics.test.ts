/** `npm run calc`: what a return is worth, with figures that a reader can check by hand, and empyrical's cases. */
import { describe, expect, it } from 'vitest';
import { calculationNamed } from '../../scripts/lib/calc/catalogue.ts';
import { goldenJson } from '../domain/learning/golden-json.ts';
import { exampleOf, fieldsOf, refusalOf, run } from './calculate.ts';

describe('statistics a reader can check by hand', () => {
  it('metrics: 100 to 121 with a fall from 110 to 99', () => {
    const figures = run('metrics') as { returnFraction: number };
    expect(figures).toMatchObject({ finalEquity: '121', drawdownFractionMax: 0.1, tradeCount: 3, expectancy: '7' });
    expect(figures.returnFraction).toBeCloseTo(0.21, 12);
  });

  it('metrics: beside a benchmark, by regime, with activity and an interval, when their inputs are given', () => {
    const change = {
      benchmark: ['10', '11', '9.9', '12.1'],
      exposure: [1, 0.5, 0],
      tradedValue: '300',
      costs: '1.5',
      regimes: ['bull', 'bear', 'bull'],
      tradeRegimes: ['bull', null, 'bear'],
      bootstrap: { samples: 50 },
    };
    expect(run('metrics', change)).toMatchObject({
      benchmark: { alpha: expect.closeTo(0, 9), beta: expect.closeTo(1, 12), correlation: expect.closeTo(1, 12) },
      activity: { timeInMarketFraction: 2 / 3, exposureFractionMean: 0.5, exposureFractionMax: 1, costs: '1.5' },
      byRegime: {
        bear: { bars: 1, tradeCount: 1 },
        bull: { bars: 1, tradeCount: 1 },
        unknown: { bars: 1, tradeCount: 1 },
      },
      sharpeInterval: { low: expect.any(Number), high: expect.any(Number) },
    });
    expect(refusalOf('metrics', {})).toEqual(['INPUT_REQUIRED equity']);
    expect(run('metrics', { returns: [0.1, -0.1, 0.1] })).toMatchObject({ finalEquity: '121', returns: { omega: 2 } });
  });

  it('metrics: returns alone have trades, a benchmark and an interval too', () => {
    const beside = {
      tradePnls: ['10', '-11', '22'],
      benchmark: ['10', '11', '9.9', '12.1'],
      bootstrap: { samples: 50 },
    };
    const { returnFraction, ...whole } = fieldsOf(run('metrics', beside));
    const returns = [0.1, -0.1, 121 / 99 - 1];
    const ask = { ...beside, returns, equity: undefined };
    expect(returnFraction).toBeCloseTo(0.21, 12);
    expect(whole).toMatchObject({ expectancy: '7', benchmark: { beta: expect.closeTo(1, 12) } });
    const { expectancy, winRate, benchmark, sharpe, sharpeInterval } = fieldsOf(run('metrics', ask));
    expect(whole).toMatchObject({ expectancy, winRate });
    expect(fieldsOf(benchmark).beta).toBeCloseTo(1, 12);
    expect(sharpe).toBeCloseTo(Number(whole.sharpe), 9);
    expect(fieldsOf(sharpeInterval).low).toBeCloseTo(Number(fieldsOf(whole.sharpeInterval).low), 9);
  });

  it('metrics: a curve is measured against what is asked, one number or one a period, as returns are', () => {
    const told = {
      sharpe: expect.closeTo(0.288675, 6),
      omega: expect.closeTo(2, 6),
      sortino: expect.closeTo(0.57735, 5),
    };
    const curve = { periodsPerYear: 1, equity: ['100', '102', '102', '104.04'] };
    const returns = { periodsPerYear: 1, equity: undefined, returns: [0.02, 0, 0.02] };
    for (const least of [0.01, [0.01, 0.01, 0.01]]) {
      const against = { riskFree: least, requiredReturn: least };
      expect(run('metrics', { ...curve, ...against })).toMatchObject(told);
      expect(run('metrics', { ...returns, ...against })).toMatchObject(told);
    }
    const interval = (change: object) => fieldsOf(run('metrics', { ...curve, ...change })).sharpeInterval;
    const bootstrap = { samples: 50 };
    expect(interval({ bootstrap, riskFree: 0.01 })).not.toEqual(interval({ bootstrap }));
  });

  it('metrics: refuses lists that do not stand beside each other, all at once', () => {
    const lists = {
      riskFree: [0.1],
      requiredReturn: [0.1, 0.1],
      benchmark: ['1'],
      exposure: [1],
      regimes: ['bull'],
      tradeRegimes: ['bull'],
    };
    const wrong = Object.keys(lists).map((name) => `INPUT_ITEMS ${name}`);
    expect(refusalOf('metrics', { ...exampleOf('metrics'), ...lists })).toEqual(wrong);
    const alone = { returns: [0.1, -0.1], riskFree: [0.1], benchmark: ['1', '2'], exposure: [1], regimes: ['bull'] };
    expect(refusalOf('metrics', alone)).toEqual([
      'INPUT_REQUIRED equity',
      'INPUT_ITEMS riskFree',
      'INPUT_ITEMS benchmark',
    ]);
    expect(refusalOf('metrics', { ...exampleOf('metrics'), costs: '1', tradeRegimes: [null, null, null] })).toEqual([
      'INPUT_REQUIRED exposure',
      'INPUT_REQUIRED regimes',
    ]);
    const long = { returns: Array.from({ length: 600 }, () => 0), bootstrap: { samples: 100_000 } };
    expect(refusalOf('metrics', long)).toEqual(['INPUT_RANGE bootstrap.samples']);
  });

  it('psr: 0.458 a month over 24 months is 98.2 % sure with normal returns, 91.3 % with these', () => {
    expect(run('psr')).toMatchObject({ psr: expect.closeTo(0.913361083860933, 12) });
    expect(run('psr', { skewness: 0, kurtosis: 3 })).toMatchObject({ psr: expect.closeTo(0.9816749190910771, 12) });
    expect(run('psr', { sharpe: undefined, returns: [0.01, -0.01] })).toMatchObject({ sharpe: 0, psr: 0.5 });
    expect(refusalOf('psr', { sharpe: 1 })).toEqual(['INPUT_REQUIRED returns']);
    expect(refusalOf('psr', { returns: [0.1, 0.1, 0.1] })).toEqual(['INPUT_RANGE ']);
  });

  it('dsr: the best of 100 trials with 2.5 a year is 90.04 % sure', () => {
    expect(run('dsr')).toMatchObject({ dsr: expect.closeTo(0.9003968344493903, 10), effectiveTrials: 100 });
    expect(run('dsr', { meanCorrelation: 1 })).toMatchObject({ effectiveTrials: 1, luckySharpe: 0 });
  });

  it('pbo: two strategies that take turns are overfitted in every split that one of them wins', () => {
    const { probability, splits } = run('pbo', { withSplits: true }) as { probability: number; splits: object[] };
    expect(splits).toHaveLength(70);
    expect(probability).toBeGreaterThan(0.3);
    expect(refusalOf('pbo', { ...exampleOf('pbo'), blocks: 7 })).toEqual(['INPUT_RANGE ']);
  });

  it('spa: a strategy that beats the benchmark in every period is more than luck; the same seed says so again', () => {
    const differences = Array.from({ length: 30 }, (_, i) => [0.01 + (i % 3) / 1_000, ((i % 2) - 0.5) / 100]);
    expect(run('spa', { differences })).toMatchObject({ best: 0, upper: 0, consistent: 0, lower: 0 });
    expect(run('spa')).toEqual(run('spa'));
  });
});

type MetricCase = { metric: string; series: string; params: Record<string, number | string>; expected: number };
type Golden = { series: Record<string, (number | null)[]>; cases: MetricCase[] };
const golden = goldenJson<Golden>('reference/performance_empyrical.json');

/** Field of the answer, and the sign it is printed with elsewhere. */
const FIELDS: Readonly<Record<string, string>> = {
  max_drawdown: 'drawdownFractionMax',
  annual_return_geometric: 'annualReturnFraction',
  annual_volatility_ddof1: 'volatilityFraction',
  downside_risk: 'downsideRiskFraction',
  excess_sharpe: 'excessSharpe',
  stability_of_timeseries: 'stability',
};

describe.skipIf(golden === null)("metrics: empyrical's published cases out of returns", () => {
  it.each(golden?.cases ?? [])('$metric of $series with $params', ({ metric, series, params, expected }) => {
    const level = (name: string) => golden?.series[String(params[name])] ?? params[name] ?? 0;
    const answer = calculationNamed('metrics').run({
      returns: golden?.series[series],
      periodsPerYear: params.periods_per_year ?? 252,
      riskFree: metric === 'excess_sharpe' ? level('factor_returns') : level('risk_free'),
      requiredReturn: level('required_return'),
      requiredAnnualReturn: params.required_return_annual ?? 0,
    }) as Record<string, number | null>;
    const got = answer[FIELDS[metric] ?? metric] ?? Number.NaN;
    const signed = metric === 'max_drawdown' ? -got : got;
    expect(Math.abs(signed - expected)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(expected)));
  });
});
