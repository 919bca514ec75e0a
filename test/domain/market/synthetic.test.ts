import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barAt, dataHash, sliceSeries } from '../../../domain/market/bar-series.ts';
import { createRandom, randomFamily } from '../../../domain/market/random.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';

const HOUR = 3_600_000;
const btc = (count: number, seed = 1) => syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR, count, seed });

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length;
  return { mean, sd: Math.sqrt(central(2)), kurtosis: central(4) / central(2) ** 2 };
}

const logReturns = (close: Float64Array) =>
  Array.from(close.subarray(1), (value, i) => Math.log(value / (close[i] ?? Number.NaN)));

describe('the seeded generator', () => {
  it('draws uniform numbers strictly between 0 and 1 with mean 1/2 and variance 1/12', () => {
    const { uniform } = createRandom('u');
    const draws = Array.from({ length: 100_000 }, uniform);
    const { mean, sd } = moments(draws);
    expect(Math.min(...draws.slice(0, 50_000))).toBeGreaterThan(0);
    expect(Math.max(...draws.slice(0, 50_000))).toBeLessThan(1);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(sd).toBeCloseTo(Math.sqrt(1 / 12), 2);
  });

  it('draws normal numbers of variance 1 and t(5) numbers of variance 1 with fatter tails', () => {
    const { normal, studentT5 } = createRandom('n');
    const bell = moments(Array.from({ length: 200_000 }, normal));
    const fat = moments(Array.from({ length: 200_000 }, studentT5));
    expect(Math.abs(bell.mean)).toBeLessThan(0.01);
    expect(bell.sd).toBeCloseTo(1, 2);
    expect(Math.abs(bell.kurtosis - 3)).toBeLessThan(0.1);
    expect(Math.abs(fat.mean)).toBeLessThan(0.01);
    expect(Math.abs(fat.sd - 1)).toBeLessThan(0.02);
    expect(fat.kurtosis).toBeGreaterThan(5);
  });
});

describe('a family of generators', () => {
  it('gives each number a stream of its own, whichever are made and in what order', () => {
    const draws = (family: (index: number) => { uniform: () => number }, index: number): number[] => {
      const { uniform } = family(index);
      return [uniform(), uniform()];
    };
    const late = draws(randomFamily('f'), 7);
    const family = randomFamily('f');
    for (let index = 0; index < 7; index += 1) expect(draws(family, index)).not.toEqual(late);
    expect(draws(family, 7)).toEqual(late);
    expect(draws(randomFamily('g'), 7)).not.toEqual(late);
  });

  it('has members whose first numbers are spread like those of one stream', () => {
    const family = randomFamily('spread');
    const { mean, sd } = moments(Array.from({ length: 20_000 }, (_, index) => family(index).uniform()));
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    expect(sd).toBeCloseTo(Math.sqrt(1 / 12), 2);
  });
});

describe('the synthetic market', () => {
  it('starts on 2024-01-01 at 100 and stands on the grid', () => {
    const series = btc(3);
    expect(series.open[0]).toBe(100);
    expect(Array.from(series.openTimeMs)).toEqual([1_704_067_200_000, 1_704_070_800_000, 1_704_074_400_000]);
  });

  it('is the same on every machine: the hash of 100 bars of seed 1 is written down', () => {
    expect(dataHash(btc(100))).toBe('4a0541eaf6dc9bf14a7c09f1b1e54acfbcaa4dd6cbd4f3d2c3eaca08c0f584b1');
  });

  it('differs by seed and by symbol', () => {
    const eth = syntheticSeries({ symbol: 'ETH/USDT', intervalMs: HOUR, count: 50, seed: 1 });
    const hashes = [btc(50, 1), btc(50, 2), eth].map(dataHash);
    expect(new Set(hashes).size).toBe(3);
  });

  it('starts a longer series with the shorter one', () => {
    const long = btc(500);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (count) => {
        expect(dataHash(btc(count))).toBe(dataHash(sliceSeries(long, 0, count)));
      }),
      { numRuns: 30 },
    );
  });

  it('makes valid bars for any symbol, seed and interval, without jumps over 50 %', () => {
    const request = fc.record({
      symbol: fc.constantFrom('BTC/USDT', 'AAPL', 'X'),
      seed: fc.integer({ min: 0, max: 4_294_967_295 }),
      intervalMs: fc.constantFrom(1_000, 60_000, HOUR, 86_400_000, 604_800_000),
      count: fc.constant(200),
    });
    fc.assert(
      fc.property(request, (one) => {
        const series = syntheticSeries(one);
        for (let i = 0; i < one.count; i += 1) {
          const bar = barAt(series, i);
          expect(bar.low).toBeGreaterThan(0);
          expect(bar.low).toBeLessThanOrEqual(Math.min(bar.open, bar.close));
          expect(bar.high).toBeGreaterThanOrEqual(Math.max(bar.open, bar.close));
          expect(bar.volume).toBeGreaterThan(0);
          expect(Math.abs(bar.close / bar.open - 1)).toBeLessThan(0.55);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('moves like its mixture of regimes: a third each of 0.5, 0.9 and 0.4 % standard deviation', () => {
    const { mean, sd, kurtosis } = moments(logReturns(btc(200_000).close));
    // sqrt((0.005² + 0.009² + 0.004²) / 3) = 0.00638
    expect(Math.abs(sd / 0.00638 - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean)).toBeLessThan(0.0001);
    expect(kurtosis).toBeGreaterThan(5);
  });

  it('keeps calm and wild stretches together: regimes last 200 bars on average', () => {
    const size = logReturns(btc(200_000).close).map(Math.abs);
    // Means over blocks of 50 bars follow the regime: neighbours are alike, blocks 20 apart are not.
    const blocks = Array.from({ length: 4_000 - 1 }, (_, b) => moments(size.slice(b * 50, b * 50 + 50)).mean);
    const correlation = (lag: number) => {
      const { mean, sd } = moments(blocks);
      const pairs = blocks.slice(lag).map((x, i) => (x - mean) * ((blocks[i] ?? mean) - mean));
      return moments(pairs).mean / (sd * sd);
    };
    // A regime is kept for 50 bars with probability 0.995^50 = 0.78; after 1,000 bars nothing is left of it.
    expect(correlation(1)).toBeGreaterThan(0.45);
    expect(correlation(1)).toBeLessThan(0.85);
    expect(Math.abs(correlation(20))).toBeLessThan(0.12);
  });

  it('scales the standard deviation by the root of the interval', () => {
    const sdOf = (intervalMs: number) =>
      moments(logReturns(syntheticSeries({ symbol: 'BTC/USDT', intervalMs, count: 50_000, seed: 7 }).close)).sd;
    expect(sdOf(4 * HOUR) / sdOf(HOUR)).toBeCloseTo(2, 2);
  });

  it('trades enough in nearly every bar for an order of 8,000 quote units at 2.5 % of the volume', () => {
    const series = btc(20_000);
    const tooThin = Array.from(series.volume).filter((volume, i) => volume * (series.close[i] ?? 0) * 0.025 < 8_000);
    expect(tooThin.length).toBeLessThan(20);
  });

  it('refuses a count or an interval that is no positive whole number', () => {
    for (const count of [0, -1, 1.5, Number.NaN]) expect(() => btc(count)).toThrow(RangeError);
    const interval = { symbol: 'BTC/USDT', intervalMs: 0, count: 1, seed: 1 };
    expect(() => syntheticSeries(interval)).toThrow('intervalMs 0 is not a positive whole number');
  });
});
