/** Intervals by redrawing blocks: coverage, seeds, and what is stated where there is nothing to redraw. */
import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  defaultBlockLength,
  drawStationary,
} from '../../../../domain/learning/honesty/bootstrap.ts';
import { meanOf } from '../../../../domain/learning/honesty/sample-moments.ts';
import { createRandom } from '../../../../domain/market/random.ts';

const series = (count: number, seed: number): Float64Array => {
  const random = createRandom(`bootstrap-test:${seed}`);
  return Float64Array.from({ length: count }, () => random.normal());
};
const options = { seed: 1, samples: 400, confidence: 0.9, meanBlock: 1 };

describe('drawStationary', () => {
  it('draws blocks whose mean length is the one asked for, joined at the end', () => {
    const indices = drawStationary(new Int32Array(100_000), 8, createRandom('blocks'));
    const follows = indices.filter((index, i) => i > 0 && index === ((indices[i - 1] ?? 0) + 1) % indices.length);
    expect(indices.length / (indices.length - follows.length)).toBeCloseTo(8, 0);
    const wrapped = drawStationary(new Int32Array(3), 1_000, createRandom('wrap'));
    expect([...wrapped].sort()).toEqual([0, 1, 2]);
  });
});

describe('bootstrapInterval', () => {
  it('holds the true mean in about nine of ten records', () => {
    let held = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const found = bootstrapInterval(series(60, seed), meanOf, options);
      if (found !== null && found.low <= 0 && found.high >= 0) held += 1;
    }
    expect(held).toBeGreaterThan(160);
    expect(held).toBeLessThan(196);
  });

  it('is wider with more confidence, the same for the same seed, and as wide as theory says', () => {
    const values = series(400, 7);
    const narrow = bootstrapInterval(values, meanOf, options);
    const wide = bootstrapInterval(values, meanOf, { ...options, confidence: 0.99 });
    if (narrow === null || wide === null) throw new Error('no interval');
    expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
    expect(narrow.high - narrow.low).toBeCloseTo((2 * 1.645) / 20, 1);
    expect(bootstrapInterval(values, meanOf, options)).toEqual(narrow);
    expect(bootstrapInterval(values, meanOf, { ...options, seed: 2 })).not.toEqual(narrow);
  });

  it('sees that neighbours are alike when whole blocks are drawn', () => {
    const steps = series(40, 3);
    const slow = Float64Array.from({ length: 400 }, (_, i) => steps[Math.floor(i / 10)] ?? 0);
    const width = (meanBlock: number): number => {
      const found = bootstrapInterval(slow, meanOf, { ...options, meanBlock });
      return found === null ? Number.NaN : found.high - found.low;
    };
    expect(width(20)).toBeGreaterThan(1.8 * width(1));
    expect([defaultBlockLength(400), defaultBlockLength(1), defaultBlockLength(0)]).toEqual([20, 1, 1]);
  });

  it('is null for fewer than two values, and where the statistic is mostly undefined', () => {
    expect(bootstrapInterval(new Float64Array(1), meanOf, options)).toBeNull();
    expect(bootstrapInterval(series(10, 1), () => null, options)).toBeNull();
    expect(bootstrapInterval(new Float64Array(5), meanOf, options)).toEqual({ low: 0, high: 0, used: 400 });
  });
});
