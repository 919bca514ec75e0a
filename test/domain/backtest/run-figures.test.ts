import { describe, expect, it } from 'vitest';
import { runFigures } from '../../../domain/backtest/run-figures.ts';
import { createRandom } from '../../../domain/market/random.ts';

const quiet = { equity: [100, 100, 100, 100, 100], exposure: [0, 0, 0, 0], periodsPerYear: 8_760 };

it('takes time in the market and exposure from what was carried', () => {
  const { timeInMarketFraction, exposureFractionMean, exposureFractionMax } = runFigures({
    ...{ ...quiet, exposure: [0, 0.5, 1.5, 0], fills: [], costs: 0 },
  });
  expect([timeInMarketFraction, exposureFractionMean, exposureFractionMax]).toEqual([0.5, 0.5, 1.5]);
  const ruined = { ...quiet, exposure: [0, 0.5, Number.POSITIVE_INFINITY, 0], fills: [], costs: 0 };
  expect(runFigures(ruined)).toMatchObject({ timeInMarketFraction: 0.5, exposureFractionMean: null });
});

it('holds traded value and costs against the mean wealth', () => {
  const fills = [
    { quantity: '2', price: '50' },
    { quantity: '2', price: '50' },
  ];
  const { turnoverPerYear, costFraction } = runFigures({ ...quiet, fills, costs: 5 });
  expect([turnoverPerYear, costFraction]).toEqual([(200 * 8_760) / 4 / 100, 0.05]);
});

describe('how sure a Sharpe ratio is', () => {
  it('gives the probability of a run whose Sharpe, skewness and kurtosis are known', () => {
    const equity = [1, 1.01, 1.0201 * 0.99, 1.0201 * 0.99 * 1.02];
    const returns = [0.01, (1.0201 * 0.99) / 1.01 - 1, 0.02];
    const mean = returns.reduce((a, b) => a + b) / 3;
    const moment = (k: number): number => returns.reduce((sum, value) => sum + (value - mean) ** k, 0) / 3;
    const sharpe = mean / Math.sqrt((moment(2) * 3) / 2);
    const skewness = moment(3) / moment(2) ** 1.5;
    const kurtosis = moment(4) / moment(2) ** 2;
    const z = sharpe / Math.sqrt((1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2) / 2);
    const { sharpeProbability } = runFigures({
      equity,
      exposure: [0, 0, 0],
      fills: [],
      costs: 0,
      periodsPerYear: 12,
    });
    expect(sharpeProbability).toBeCloseTo(normal(z), 6);
  });

  it('has the truth inside 95 % of its intervals about that often', () => {
    const inside = Array.from({ length: 40 }, (_, seed) => {
      const { sharpeInterval } = runFigures({ ...walk(seed, 200, 0.001), fills: [], costs: 0, periodsPerYear: 1 });
      const [low = 0, high = 0] = sharpeInterval ?? [];
      return low <= 0.1 && 0.1 <= high;
    }).filter(Boolean).length;
    expect(inside).toBeGreaterThanOrEqual(34);
  });

  it('is not defined for a run without trades, nor after debts', () => {
    const none = { sharpeProbability: null, sharpeInterval: null };
    expect(runFigures({ ...quiet, fills: [], costs: 0 })).toMatchObject(none);
    const broke = { ...quiet, equity: [100, 10, -5, -5, -6] };
    expect(runFigures({ ...broke, fills: [], costs: 0 })).toMatchObject({ ...none, annualReturnInterval: null });
  });

  it('takes a long run in steps, around the same Sharpe a year', () => {
    const { sharpeInterval } = runFigures({ ...walk(7, 200_000, 0.0001), fills: [], costs: 0, periodsPerYear: 252 });
    const [low = 0, high = 0] = sharpeInterval ?? [];
    expect([low < 0.159, high > 0.159, high - low < 0.5]).toEqual([true, true, true]);
  });
});

/** Returns with a spread of 1 %. */
function walk(seed: number, bars: number, mean: number) {
  const random = createRandom(`walk ${seed}`);
  const equity = [1_000];
  for (let i = 0; i < bars; i += 1) equity.push((equity[i] as number) * (1 + mean + 0.01 * random.normal()));
  return { equity, exposure: new Array<number>(bars).fill(0) };
}

/** Φ by Abramowitz and Stegun 7.1.26, 1.5e-7. */
function normal(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-(z * z) / 2);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}
