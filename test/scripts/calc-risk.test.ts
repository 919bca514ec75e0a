/** `calc risk` and `calc var-backtest`: what comes out for published inputs, for unreadable ones, and for mistakes. */
import { describe, expect, it } from 'vitest';
import { calculationNamed } from '../../scripts/lib/calc/catalogue.ts';
import { goldenJson } from '../domain/learning/golden-json.ts';
import { codesOf } from '../problems-of.ts';

const run = (name: string, document: object): unknown =>
  calculationNamed(name).run(JSON.parse(JSON.stringify(document)));

const refusalOf = (name: string, document: object): string[] => codesOf(() => run(name, document));

type Danish = { readonly danish: readonly number[] };
const danish = goldenJson<Danish>('reference/evt_danish.json');

describe('risk', () => {
  it('returns: the worst day of 20 is the tail, and no loss is turned into another sign', () => {
    const returns = [-0.05, ...Array.from({ length: 19 }, () => 0.01)];
    expect(run('risk', { returns, levels: [0.95] })).toMatchObject({
      returns: {
        count: 20,
        var: { historical: { '0.95': expect.closeTo(-0.007, 12) } },
        es: { historical: { '0.95': 0.05 } },
      },
    });
  });

  it.skipIf(danish === null)('losses: the Danish fires beyond 10 and beyond 20, each with its threshold', () => {
    const ask = (evtThreshold: number) =>
      run('risk', { losses: danish?.danish, evtThreshold, tailCount: 100, levels: [0.99, 0.999] });
    expect(ask(10)).toMatchObject({
      losses: {
        var: { evt: { '0.99': expect.closeTo(27.285, 1), '0.999': expect.closeTo(94.3, 0) } },
        evt: {
          threshold: 10,
          exceedances: 109,
          refusal: null,
          xi: expect.closeTo(0.497, 3),
          beta: expect.closeTo(6.975, 2),
        },
        tail: { tailCount: 100, xi: expect.closeTo(0.6246392511792, 9) },
      },
    });
    expect(ask(20)).toMatchObject({
      losses: {
        var: { evt: { '0.999': null } },
        evt: {
          exceedances: 36,
          refusal: expect.stringContaining('fewer than 50'),
          var: { '0.999': expect.closeTo(102.2, 0) },
        },
      },
    });
  });

  it('series: the parts sum to the total, at every level', () => {
    type Loss = { readonly var: number; readonly es: number };
    type Series = { readonly series: { componentTotal: Record<string, Loss>; components: Record<string, Loss>[] } };
    const { series } = run('risk', calculationNamed('risk').example as object) as Series;
    for (const level of ['0.95', '0.99']) {
      const sum = series.components.reduce((total, one) => total + (one[level]?.var ?? 0), 0);
      expect(sum).toBeCloseTo(series.componentTotal[level]?.var ?? 0, 12);
    }
  });

  it('ewma: one return on top of a volatility that was told', () => {
    const answer = run('risk', { returns: [1 / 60], ewmaInitialDeviation: 0.015 });
    expect(answer).toMatchObject({
      returns: { ewma: { lambda: 0.94, deviation: expect.closeTo(0.015105186747, 12) } },
    });
  });

  it('portfolio: what cannot be read is answered, with the highest score', () => {
    const { portfolio } = calculationNamed('risk').example as { portfolio: object };
    const worst = {
      state: { riskScore: 100, riskLevel: 'critical', portfolioKnown: false },
      alert: { level: 'critical' },
    };
    expect(run('risk', { portfolio: null })).toMatchObject(worst);
    expect(run('risk', { portfolio: { ...portfolio, equity: '-5' } })).toMatchObject(worst);
    expect(run('risk', { portfolio: { ...portfolio, equity: 100_000 } })).toMatchObject(worst);
    expect(run('risk', { portfolio, asOfMs: 7 })).toMatchObject({ state: { portfolioKnown: true, asOfMs: 7 } });
  });

  it('mistakes have a code and a place', () => {
    expect(refusalOf('risk', {})).toEqual(['INPUT_REQUIRED returns']);
    expect(refusalOf('risk', { returns: [], levels: [0.5, 1] })).toEqual([
      ...['INPUT_ITEMS returns', 'INPUT_RANGE levels[0]', 'INPUT_RANGE levels[1]'],
    ]);
    const series = [
      { name: 'a', fraction: 1, returns: [0, 1] },
      { name: 'b', fraction: 1, returns: [0] },
    ];
    expect(refusalOf('risk', { series })).toEqual(['INPUT_ITEMS series[1].returns']);
    expect(refusalOf('risk', { series: series.slice(1) })).toEqual(['INPUT_RANGE ']);
  });
});

describe('var-backtest', () => {
  it('hits, and returns against a VaR, and counts are three ways to tell the same record', () => {
    const hits = [0, 1, 1, 0, 0, 0, 0, 0, 0, 0];
    const told = run('var-backtest', { level: 0.9, hits });
    expect(told).toMatchObject({ observations: 10, exceptions: 2, transitions: { n00: 6, n01: 1, n10: 1, n11: 1 } });
    const returns = hits.map((hit) => (hit === 1 ? -0.0201 : -0.02));
    expect(run('var-backtest', { level: 0.9, returns, valueAtRisk: 0.02 })).toEqual(told);
    expect(run('var-backtest', { level: 0.9, returns, valueAtRisk: hits.map(() => 0.02) })).toEqual(told);
    const transitions = { n00: 6, n01: 1, n10: 1, n11: 1 };
    expect(run('var-backtest', { level: 0.9, observations: 10, exceptions: 2, transitions })).toEqual(told);
  });

  it('a year without exceptions is green, and its order says nothing when only counts are told', () => {
    expect(run('var-backtest', { observations: 250, exceptions: 0 })).toMatchObject({
      kupiec: { likelihoodRatio: expect.closeTo(5.0252, 4) },
      independence: null,
      conditionalCoverage: null,
      basel: { zone: 'green', multiplier: 3 },
    });
  });

  it('mistakes have a code and a place', () => {
    expect(refusalOf('var-backtest', {})).toEqual(['INPUT_REQUIRED hits']);
    expect(refusalOf('var-backtest', { returns: [0] })).toEqual(['INPUT_REQUIRED valueAtRisk']);
    expect(refusalOf('var-backtest', { hits: [1], valueAtRisk: 1 })).toEqual(['INPUT_REQUIRED returns']);
    expect(refusalOf('var-backtest', { returns: [0], valueAtRisk: [1, 2] })).toEqual(['INPUT_ITEMS valueAtRisk']);
    expect(refusalOf('var-backtest', { observations: 3, exceptions: 4 })).toEqual(['INPUT_RANGE exceptions']);
    expect(refusalOf('var-backtest', { level: 0.5, hits: [2] })).toContain('INPUT_RANGE level');
  });
});
