/** `npm run calc`: searching, breeding, leverage and allocation, with figures that a reader can check by hand. */
import { describe, expect, it } from 'vitest';
import { exampleOf, fieldsOf, refusalOf, run } from './calculate.ts';

describe('learning a reader can check by hand', () => {
  it('splits: one bar on each side of the first two thirds is left out', () => {
    expect(run('splits')).toMatchObject({
      splits: [
        {
          test: [
            { from: 0, to: 4 },
            { from: 4, to: 8 },
          ],
          train: [{ from: 9, to: 12 }],
        },
        {
          test: [
            { from: 0, to: 4 },
            { from: 8, to: 12 },
          ],
          train: [{ from: 5, to: 7 }],
        },
        {
          test: [
            { from: 4, to: 8 },
            { from: 8, to: 12 },
          ],
          train: [{ from: 0, to: 3 }],
        },
      ],
      paths: [
        [0, 0, 1],
        [1, 2, 2],
      ],
    });
    expect(run('splits', { method: 'walkForward', folds: 2 })).toMatchObject({
      splits: [{ train: [{ from: 0, to: 3 }], test: [{ from: 4, to: 8 }] }, { train: [{ from: 0, to: 7 }] }],
    });
  });

  it('tpe: a point of the space, the same for the same history and seed; refuses a history of another space', () => {
    const { point } = run('tpe') as { point: Record<string, number> };
    expect(run('tpe')).toEqual({ point, trial: 2 });
    expect(run('tpe', { seed: 2 })).not.toEqual({ point, trial: 2 });
    expect(point.fast).toBeLessThan(point.slow ?? 0);
    const history = [{ point: { fast: 4, slow: 30.5, stopAtr: 1, avrage: 'sma' }, value: 1 }];
    expect(refusalOf('tpe', { ...exampleOf('tpe'), history })).toEqual([
      'INPUT_RANGE history[0].point.fast',
      'INPUT_RANGE history[0].point.slow',
      'INPUT_REQUIRED history[0].point.average',
      'INPUT_UNKNOWN_FIELD history[0].point.avrage',
    ]);
    const impossible = {
      parameters: { a: { kind: 'float', low: 3, high: 2 } },
      constraints: [{ lower: 'a', upper: 'b' }],
    };
    expect(refusalOf('tpe', { space: impossible })).toEqual([
      'INPUT_RANGE space.parameters.a.low',
      'INPUT_RANGE space.constraints[0].upper',
    ]);
  });

  it('genome: 15 % of equity is repaired to 10 %, and the rules can be read', () => {
    expect(run('genome')).toMatchObject({
      text: [
        'long when RSI(14) is below 30 and trend is up',
        'only while regime is bull',
        'out when held for more than 6 bars',
        'risk 10 % of equity, stop 2 ATR, target 4 ATR, no limit of time',
      ],
      complexity: 5,
      children: [{ complexity: expect.any(Number) }],
    });
    const { signals } = run('genome', { bars: exampleOf('features').bars }) as { signals: object };
    expect(signals).toEqual({ entryLong: [], entryShort: [], exit: [], closeAfterBars: 7 });
  });

  it('leverage: a forced close is a close whatever the agent likes best, and Kelly of 0 is nothing', () => {
    const { qValues } = exampleOf('leverage');
    const best = { ...fieldsOf(qValues), long10x: 99 };
    const held = { position: { side: 'long', leverage: 10 }, marginRatio: 0.86 };
    expect(run('leverage', { qValues: best, ...held })).toMatchObject({ action: 'close', leverage: 0, confidence: 1 });
    const edge = { winProbability: 0.5, win: 0.01, loss: 0.01 };
    expect(run('leverage', { qValues: best, edge })).toMatchObject({ kellyFraction: 0, size: { quantity: '0' } });
  });

  it('kelly and reward: a coin of 51 %, and a short below −5 %', () => {
    const coin = { winProbability: 0.51, win: 1, loss: 1 };
    expect(run('kelly', { binary: coin })).toMatchObject({ kellyFraction: expect.closeTo(0.02, 12) });
    const continuous = { mean: 0.11, standardDeviation: 0.15, riskFreeRate: 0.06 };
    expect(run('kelly', { binary: undefined, continuous })).toMatchObject({ growth: expect.closeTo(0.11555555555, 9) });
    expect(refusalOf('kelly', { binary: coin, continuous })).toHaveLength(1);
    const short = { side: 'short', leverage: 1, pnlFraction: -0.06 };
    const step = { stepReturnFraction: 0, realisedVolatility: 0.01, position: short };
    expect(run('reward', { leverage: [step] })).toMatchObject({ steps: [{ short: -2 }], reward: -2 });
  });

  it('allocate: the best gets the maximum, and the excess is shared equally', () => {
    const scores = [0.9, 0.6, 0.1, 0.05];
    const close = (weight: number) => expect.closeTo(weight, 12);
    expect(run('allocate', { scores })).toMatchObject({ weights: [0.4, 0.4, 0.125, 0.075].map(close) });
    expect(run('allocate', { scores: [3, 1] })).toMatchObject({ weights: [0.4, 0.4], cashFraction: close(0.2) });
    const strategies = [{ strategyId: 'a' }, { strategyId: 'b', health: 'disabled' }];
    expect(run('allocate', { scores: undefined, strategies })).toMatchObject({ cashFraction: close(0.6) });
    const covariance = [
      [0.04, 0],
      [0, 0.01],
    ];
    const asked = { scores: undefined, covariance };
    for (const method of ['inverseVolatility', 'equalRiskContribution']) {
      expect(run('allocate', { ...asked, method })).toMatchObject({ weights: [1 / 3, 2 / 3].map(close) });
    }
    for (const method of ['inverseVariance', 'hrp']) {
      expect(run('allocate', { ...asked, method })).toMatchObject({ weights: [0.2, 0.8].map(close) });
    }
    const wide = { ...asked, method: 'minimumVariance', maxFraction: 0.7 };
    expect(run('allocate', wide)).toMatchObject({ weights: [0.3, 0.7].map(close) });
    expect(refusalOf('allocate', { scores, method: 'hrp', covariance })).toEqual(['INPUT_RANGE scores']);
    for (const [method, correlation] of [
      ['hrp', [[1]]],
      ['inverseVariance', covariance],
    ] as const) {
      expect(refusalOf('allocate', { covariance, method, correlation })).toEqual(['INPUT_RANGE correlation']);
    }
    const { weights } = run('allocate') as { weights: number[] };
    expect(weights.map((weight) => weight.toFixed(9))).toEqual(['0.400000000', '0.350000000', '0.250000000']);
  });
});
