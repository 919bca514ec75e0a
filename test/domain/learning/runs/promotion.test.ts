import { describe, expect, it } from 'vitest';
import { periodsPerYear } from '../../../../domain/backtest/metrics.ts';
import { evolveBars } from '../../../../domain/learning/runs/evolve-bars.ts';
import { judgePromotion } from '../../../../domain/learning/runs/promotion-gate.ts';
import { parameterImportance, searchAnswer } from '../../../../domain/learning/runs/search-result.ts';
import { seriesFromRows } from '../../../../domain/market/bar-series.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { evolutionRunInputSchema } from '../../../../schemas/evolution-run.ts';
import { walkBars } from '../../../workflows/research-bars.ts';

const HOUR_MS = 3_600_000;

function returnsOf(seed: string, mean: number, count = 2_000): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => mean + 0.01 * random.normal());
}

const judged = (mean: number, change: object = {}) =>
  judgePromotion({
    champion: { returns: returnsOf('champion', mean), tradeCount: 100 },
    trials: 1_000,
    rivals: Array.from({ length: 20 }, (_, k) => returnsOf(`rival ${k}`, 0)),
    buyAndHold: returnsOf('hold', 0.0001),
    baselines: [{ name: 'momentum', returns: returnsOf('momentum', 0.0001) }],
    ...change,
  });

describe('the gate of promotion', () => {
  it('lets a strong strategy pass and says why it refuses a lucky one', () => {
    expect(judged(0.003).promoted).toBe(true);
    const lucky = judged(0.0005);
    expect(lucky.promoted).toBe(false);
    expect(lucky.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toContain('deflatedSharpe');
  });

  it('refuses a strong one that hardly trades, or that buying and holding beats', () => {
    const failed = (change: object) =>
      judged(0.003, change)
        .checks.filter(({ passed }) => !passed)
        .map(({ name }) => name);
    expect(failed({ champion: { returns: returnsOf('champion', 0.003), tradeCount: 5 } })).toEqual(['trades']);
    expect(failed({ buyAndHold: returnsOf('hold', 0.01) })).toEqual(['buyAndHold']);
  });

  it('forgives being behind the best plain strategy by what chance makes of it, and no more', () => {
    const champion = returnsOf('champion', 0.003);
    const check = (extra: number) => {
      const noise = returnsOf('noise', 0);
      const plain = champion.map((value, i) => value + extra + 0.1 * (noise[i] as number));
      return judged(0.003, { baselines: [{ name: 'twin', returns: plain }] }).checks.find(
        ({ name }) => name === 'bestBaseline',
      );
    };
    expect(check(0.00001)).toMatchObject({ passed: true });
    expect(check(0.0005)).toMatchObject({ passed: false });
  });

  it('counts every trial: what passes after one trial fails after a million', () => {
    const deflatedBy = (trials: number) => judged(0.0011, { trials }).deflatedSharpe ?? 0;
    expect(deflatedBy(1)).toBeGreaterThan(0.95);
    expect(deflatedBy(1_000_000)).toBeLessThan(0.95);
  });
});

describe('an evolution over a market without any edge', () => {
  it('promotes nothing', () => {
    const input = evolutionRunInputSchema.parse({
      symbol: 'NULL/USDT',
      barIntervalMs: HOUR_MS,
      population: 20,
      generations: 5,
    });
    for (const seed of [1, 2, 3]) {
      const bars = seriesFromRows('NULL/USDT', HOUR_MS, walkBars(`null ${seed}`, 4_000, 0.005));
      const { promotion } = evolveBars({ ...input, seed }, bars, periodsPerYear(HOUR_MS, ['NULL/USDT']));
      expect(promotion?.promoted).toBe(false);
    }
  });
});

describe('the answer of a search', () => {
  const figures = (value: number, isThin: boolean) => ({
    value,
    fitness: value,
    sharpe: value / 100,
    observations: 1_000,
    skewness: 0,
    kurtosis: 3,
    tradeCount: 200,
    regimeTradeCount: isThin ? 5 : 80,
    isThin,
    globalFitness: value,
  });

  it('is the best of a regime that traded often enough, else the best of all, said so', () => {
    const point = { lookback: 20 };
    const rich = [figures(2, true), figures(1, false)].map((one, trial) => ({ trial, point, figures: one }));
    expect(searchAnswer(rich)).toMatchObject({ best: { trial: 1 }, shrunkTo: null });
    const thin = [figures(2, true), figures(1, true)].map((one, trial) => ({ trial, point, figures: one }));
    expect(searchAnswer(thin)).toMatchObject({ best: { trial: 0, regimeTradeCount: 5 }, shrunkTo: 'global' });
    expect(searchAnswer([{ trial: 0, point, figures: null }])).toEqual({ best: null, shrunkTo: null });
  });

  it('gives all the importance to the one parameter that moves the value', () => {
    const random = createRandom('importance');
    const trials = Array.from({ length: 300 }, () => {
      const point = { a: random.uniform(), b: random.uniform() };
      return { point, value: Math.round(point.a * 5) };
    });
    const space = {
      parameters: {
        a: { kind: 'float' as const, low: 0, high: 1, log: false },
        b: { kind: 'float' as const, low: 0, high: 1, log: false },
      },
      constraints: [],
    };
    const { a = 0, b = 1 } = parameterImportance(space, trials);
    expect(a).toBeGreaterThan(0.9);
    expect(a + b).toBeCloseTo(1, 9);
  });
});
