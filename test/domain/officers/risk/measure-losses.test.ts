/** VaR and ES by five methods: PerformanceAnalytics' numbers, numbers by hand, and what is refused. */
import { describe, expect, it } from 'vitest';
import { componentLosses, portfolioReturns } from '../../../../domain/officers/risk/component-loss.ts';
import { bentMonotony, cornishFisherLoss } from '../../../../domain/officers/risk/cornish-fisher-loss.ts';
import { correlationMatrix } from '../../../../domain/officers/risk/correlation-matrix.ts';
import { curveDrawdowns } from '../../../../domain/officers/risk/drawdown.ts';
import { ewmaDeviation, ewmaEffectiveDays } from '../../../../domain/officers/risk/ewma-loss.ts';
import { historicalLoss } from '../../../../domain/officers/risk/historical-loss.ts';
import { LOSS_OPTIONS, measureLosses } from '../../../../domain/officers/risk/measure-losses.ts';
import { fixtureJson, goldenJson } from '../../learning/golden-json.ts';

type Figures = {
  readonly VaR_historical: number;
  readonly VaR_gaussian: number;
  readonly VaR_modified: number;
  readonly ES_historical: number;
  readonly ES_gaussian: number;
};
type Univariate = Figures & { readonly series: string; readonly p: number; readonly ES_modified: number };
type Contributions = { readonly total: number; readonly contribution: readonly number[] };
type Golden = {
  readonly managers: Readonly<Record<string, readonly number[]>>;
  readonly univariate: readonly Univariate[];
  readonly performance: Readonly<Record<string, { skew_pop: number; kurt_raw: number; max_drawdown: number }>>;
  readonly edhec100: { readonly values: readonly (readonly number[])[] };
  readonly component: { readonly VaR_gaussian: Contributions; readonly ES_gaussian: Contributions };
  readonly documented_edhec100: { readonly weights: readonly number[]; readonly documented: Figures };
};
const golden = goldenJson<Golden>('reference/risk_performanceanalytics.json');
const manager = (name: string): readonly number[] => golden?.managers[name.replace(' ', '')] ?? [];

describe.skipIf(golden === null)('PerformanceAnalytics, losses positive here', () => {
  it.each(golden?.univariate ?? [])('$series at $p', ({ series, p, ...theirs }) => {
    const { var: valueAtRisk, es } = measureLosses(manager(series), { ...LOSS_OPTIONS, levels: [p] });
    const level = String(p);
    expect(valueAtRisk.historical[level]).toBeCloseTo(-theirs.VaR_historical, 12);
    expect(valueAtRisk.gaussian[level]).toBeCloseTo(-theirs.VaR_gaussian, 11);
    expect(valueAtRisk.cornishFisher[level]).toBeCloseTo(-theirs.VaR_modified, 11);
    expect(es.historical[level]).toBeCloseTo(-theirs.ES_historical, 11);
    expect(es.gaussian[level]).toBeCloseTo(-theirs.ES_gaussian, 11);
    expect(es.cornishFisher[level]).toBeCloseTo(-theirs.ES_modified, 11);
  });

  it.each(Object.keys(golden?.performance ?? {}))('skewness and kurtosis of %s', (series) => {
    const { shape } = measureLosses(manager(series));
    const theirs = golden?.performance[series];
    expect(shape?.skewness).toBeCloseTo(theirs?.skew_pop ?? 0, 11);
    expect(shape?.excessKurtosis).toBeCloseTo((theirs?.kurt_raw ?? 0) - 3, 10);
  });

  it.each(Object.keys(golden?.performance ?? {}))('the largest drawdown of %s', (series) => {
    let wealth = 1;
    const curve = manager(series).map((value, month): [number, number] => {
      wealth *= 1 + value;
      return [month, wealth];
    });
    const { maxFraction } = curveDrawdowns([[-1, 1], ...curve]);
    expect(maxFraction).toBeCloseTo(golden?.performance[series]?.max_drawdown ?? 0, 11);
  });

  it("the package's own baseline test: Convertible Arbitrage at 95 %", () => {
    const measures = measureLosses(golden?.edhec100.values[0] ?? []);
    const theirs = (golden as Golden).documented_edhec100.documented;
    expect(measures.var.gaussian['0.95']).toBeCloseTo(-theirs.VaR_gaussian, 6);
    expect(measures.var.cornishFisher['0.95']).toBeCloseTo(-theirs.VaR_modified, 6);
    expect(measures.var.historical['0.95']).toBeCloseTo(-theirs.VaR_historical, 6);
    expect(measures.es.gaussian['0.95']).toBeCloseTo(-theirs.ES_gaussian, 6);
    expect(measures.es.historical['0.95']).toBeCloseTo(-theirs.ES_historical, 6);
  });

  it('which of three assets carries how much of VaR and ES', () => {
    const { weights = [] } = golden?.documented_edhec100 ?? {};
    const holdings = weights.map((fraction, i) => ({ fraction, returns: golden?.edhec100.values[i] ?? [] }));
    const { total, components } = componentLosses(holdings, 0.95);
    const { VaR_gaussian: valueAtRisk, ES_gaussian: shortfall } = golden?.component ?? {};
    expect(total.var).toBeCloseTo(valueAtRisk?.total ?? 0, 11);
    expect(total.es).toBeCloseTo(shortfall?.total ?? 0, 11);
    components.forEach((one, i) => {
      expect(one.var).toBeCloseTo(valueAtRisk?.contribution[i] ?? 0, 11);
      expect(one.es).toBeCloseTo(shortfall?.contribution[i] ?? 0, 11);
    });
  });
});

describe('numbers a reader can check by hand', () => {
  /** -10 % to 10 % in steps of 1 %: the 5 % quantile is the second, at place 0.05 · 20 = 1. */
  const even = Array.from({ length: 21 }, (_none, k) => (k - 10) / 100);

  it('historical: what is lower than the quantile is the tail, the quantile itself is not', () => {
    expect(historicalLoss(even, 0.95)).toEqual({ var: expect.closeTo(0.09, 12), es: 0.1 });
    expect(historicalLoss(even, 0.9)).toEqual({ var: expect.closeTo(0.08, 12), es: expect.closeTo(0.095, 12) });
    expect(historicalLoss([0.01, 0.01, 0.01], 0.95)).toEqual({ var: -0.01, es: -0.01 });
  });

  it('gaussian: returns of 1 % and -1 % have mean 0 and deviation 1 %', () => {
    const { var: valueAtRisk, es } = measureLosses([0.01, -0.01]);
    expect(valueAtRisk.gaussian).toEqual({
      '0.95': expect.closeTo(0.016448536, 9),
      '0.99': expect.closeTo(0.023263479, 9),
    });
    expect(es.gaussian['0.95']).toBeCloseTo(0.020627128, 9);
  });

  it('ewma: 1.5 % of volatility and a step from 30 to 30.50 are 1.5105 %, and 0.94 remembers 74 days', () => {
    type Ewma = { readonly sigma0: number; readonly ret: number; readonly lam: number; readonly sigma: number };
    type Days = { readonly lam: number; readonly tolerance: number; readonly days: number };
    const { ewma } = fixtureJson<{ ewma: { hull_exercise: Ewma; riskmetrics_effective_days: Days[] } }>(
      'closed_form.json',
    );
    const { sigma0, ret, lam, sigma } = ewma.hull_exercise;
    expect(ewmaDeviation([ret], lam, sigma0)).toBeCloseTo(sigma, 14);
    for (const { days, lam: lambda } of ewma.riskmetrics_effective_days.filter((one) => one.tolerance === 0.01)) {
      expect(ewmaEffectiveDays(lambda)).toBeCloseTo(days, 10);
    }
    expect(ewmaDeviation([0.02, -0.02, 0.02], 0.94, null)).toBeCloseTo(0.02, 14);
  });

  it('a normal shape is bent by nothing; a fat left tail makes the loss larger', () => {
    const normal = { mean: 0, deviation: 1, skewness: 0, excessKurtosis: 0 };
    expect(cornishFisherLoss(normal, 0.95)?.var).toBeCloseTo(1.6448536, 7);
    expect(cornishFisherLoss(normal, 0.95)?.es).toBeCloseTo(2.0627128, 7);
    expect(cornishFisherLoss({ ...normal, skewness: -0.5 }, 0.95)?.var).toBeGreaterThan(1.6448536);
  });

  it('two series that are each other turned around move against each other', () => {
    const returns = [0.01, -0.02, 0.015, 0];
    const turned = returns.map((value) => -value);
    expect(correlationMatrix([returns, turned, [0, 0, 0, 0]])).toEqual({
      matrix: [
        [expect.closeTo(1, 12), expect.closeTo(-1, 12), null],
        [expect.closeTo(-1, 12), expect.closeTo(1, 12), null],
        [null, null, null],
      ],
      average: expect.closeTo(-1, 12),
    });
  });

  it('a day begins with the last equity of the day before', () => {
    const day = 86_400_000;
    expect(
      curveDrawdowns([
        [0, 120],
        [day - 1, 100],
        [day, 90],
        [day + 5, 95],
      ]),
    ).toEqual({
      dailyFraction: expect.closeTo(0.05, 12),
      peakFraction: expect.closeTo(1 - 95 / 120, 12),
      maxFraction: expect.closeTo(0.25, 12),
    });
  });
});

describe('what is refused', () => {
  it('Cornish-Fisher where its quantile falls somewhere: one crash in a hundred quiet days', () => {
    const returns = [...Array.from({ length: 99 }, (_none, k) => (k % 2 === 0 ? 0.001 : -0.001)), -0.5];
    const { var: valueAtRisk, es, cornishFisher, refusals } = measureLosses(returns);
    expect([valueAtRisk.cornishFisher['0.95'], es.cornishFisher['0.99']]).toEqual([null, null]);
    expect(cornishFisher).toMatchObject({ monotone: false, reach: expect.closeTo(3.0902, 4) });
    expect(cornishFisher?.slopeMin).toBeLessThan(0);
    expect(refusals).toContainEqual(
      expect.stringMatching(/^cornishFisher: .* not monotone, its least slope .* is -\d/),
    );
    expect(valueAtRisk.historical['0.95']).not.toBeNull();
  });

  it('with an excess kurtosis of 8 the slope is 0 in the middle: 1 - K/8', () => {
    const shape = { mean: 0, deviation: 1, skewness: 0 };
    expect(bentMonotony({ ...shape, excessKurtosis: 8 }, 0.95)).toMatchObject({ monotone: false, slopeMin: 0 });
    expect(bentMonotony({ ...shape, excessKurtosis: 7.9 }, 0.95)).toMatchObject({ monotone: true });
  });

  it('a deeper level is looked at further out', () => {
    const flat = { mean: 0, deviation: 1, skewness: 0, excessKurtosis: -0.8 };
    expect(bentMonotony(flat, 0.95).monotone).toBe(true);
    expect(bentMonotony(flat, 0.9999).monotone).toBe(false);
  });

  it('all but historical and ewma for a single return, and everything without any', () => {
    const { var: valueAtRisk, refusals } = measureLosses([-0.02]);
    expect(valueAtRisk.historical['0.95']).toBe(0.02);
    expect([valueAtRisk.gaussian['0.95'], valueAtRisk.cornishFisher['0.95'], valueAtRisk.evt['0.95']]).toEqual([
      null,
      null,
      null,
    ]);
    expect(refusals).toHaveLength(2);
    expect(() => measureLosses([])).toThrow(/no returns/);
    expect(() => componentLosses([{ fraction: 1, returns: [0.1] }], 0.95)).toThrow(/at least two/);
    expect(portfolioReturns([])).toEqual([]);
  });
});
