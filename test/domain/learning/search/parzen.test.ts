/** The estimator as a distribution: it adds up to 1, it is sampled as it says, and its parts are the stated ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, axesOf } from '../../../../domain/learning/search/axis.ts';
import { kernelWidths, orderOf } from '../../../../domain/learning/search/kernel-widths.ts';
import { buildParzen, kernelWeights, logDensity, samplePoint } from '../../../../domain/learning/search/parzen.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { searchSpaceSchema } from '../../../../schemas/search-space.ts';

const axes = (parameters: object): Axis[] => axesOf(searchSpaceSchema.parse({ parameters }));
const REAL = axes({ x: { kind: 'float', low: 0, high: 1 } });
const FEW_CELLS = axes({ n: { kind: 'integer', low: 1, high: 8 } });
const MANY_CELLS = axes({ n: { kind: 'integer', low: 1, high: 300 } });
const CHOICES = axes({ c: { kind: 'categorical', choices: ['a', 'b', 'c'] } });

const rowsOf = (values: readonly number[]): Float64Array[] => values.map((value) => Float64Array.of(value));
const cellMiddles = (count: number): number[] => Array.from({ length: count }, (_, k) => (k + 0.5) / count);
const density = (parzen: ReturnType<typeof buildParzen>, x: number) => Math.exp(logDensity(parzen, Float64Array.of(x)));

describe('the density', () => {
  it('of real numbers integrates to 1', () => {
    const parzen = buildParzen(REAL, rowsOf([0, 0.1, 0.11, 0.9]));
    const steps = 20_000;
    const total = cellMiddles(steps).reduce((sum, x) => sum + density(parzen, x) / steps, 0);
    expect(total).toBeCloseTo(1, 6);
  });

  it.each([
    ['few whole numbers', FEW_CELLS, cellMiddles(8), [0.0625, 0.0625, 0.4375], 10],
    ['many whole numbers', MANY_CELLS, cellMiddles(300), [0.5 / 300, 10.5 / 300, 200.5 / 300], 2],
    ['choices', CHOICES, [0, 1, 2], [1, 1, 2], 10],
  ])('of %s adds up to 1', (_name, space, places, rows, digits) => {
    const parzen = buildParzen(space, rowsOf(rows));
    expect(places.reduce((sum, place) => sum + density(parzen, place), 0)).toBeCloseTo(1, digits);
  });

  it('of a choice is (1/n + seen) / (c/n + 1) over n kernels: a third from the wide one', () => {
    const parzen = buildParzen(CHOICES, rowsOf([1]));
    expect(density(parzen, 1)).toBeCloseTo(0.5 * ((0.5 + 1) / 2.5) + 0.5 / 3, 12);
    expect(density(parzen, 0)).toBeCloseTo(0.5 * (0.5 / 2.5) + 0.5 / 3, 12);
  });

  it('of several axes together is that of kernels, not of each axis by itself', () => {
    const both = axes({ x: { kind: 'float', low: 0, high: 1 }, y: { kind: 'float', low: 0, high: 1 } });
    const parzen = buildParzen(both, [Float64Array.of(0.1, 0.1), Float64Array.of(0.9, 0.9), Float64Array.of(0.5, 0.5)]);
    const at = (x: number, y: number) => logDensity(parzen, Float64Array.of(x, y));
    expect(at(0.1, 0.1)).toBeGreaterThan(at(0.1, 0.9));
  });
});

describe('sampling', () => {
  it.each([
    ['real numbers', REAL, [0.2, 0.25, 0.7], (x: number) => Math.floor(x * 10), 10],
    ['whole numbers', FEW_CELLS, [0.0625, 0.9375], (x: number) => Math.floor(x * 8), 8],
    ['choices', CHOICES, [2, 2, 0], (x: number) => x, 3],
  ])('draws %s as often as the density says', (_name, space, rows, binOf, bins) => {
    const parzen = buildParzen(space, rowsOf(rows));
    const random = createRandom('sampling');
    const counts = new Array<number>(bins).fill(0);
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const bin = binOf(samplePoint(parzen, random)[0] ?? Number.NaN);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const fine = space === REAL ? cellMiddles(1_000) : space === FEW_CELLS ? cellMiddles(8) : [0, 1, 2];
    const wanted = new Array<number>(bins).fill(0);
    for (const x of fine)
      wanted[binOf(x)] = (wanted[binOf(x)] ?? 0) + density(parzen, x) / (space === REAL ? 1_000 : 1);
    counts.forEach((count, bin) => {
      expect(Math.abs(count / draws - (wanted[bin] ?? 0))).toBeLessThan(0.015);
    });
  });
});

describe('widths', () => {
  it('are the larger distance to a neighbour, one-sided at the ends, and never below the floor', () => {
    const widths = kernelWidths(Float64Array.of(0.9, 0.1, 0.3, 0.35));
    [0.55, 0.2, 0.2, 0.55].forEach((width, k) => {
      expect(widths[k]).toBeCloseTo(width, 12);
    });
    expect(kernelWidths(Float64Array.of(0.3))[0]).toBe(0.7);
    expect([...kernelWidths(Float64Array.of(0.5, 0.5, 0.5))]).toEqual([0.1, 0.1, 0.1]);
    expect(kernelWidths(new Float64Array(200).fill(0.5))[7]).toBe(0.01);
    expect(kernelWidths(new Float64Array(0))).toHaveLength(0);
  });

  it('order values as a plain sort does, equal ones by place', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 0.5, 1));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const wanted = values.map((_value, k) => k).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
        expect([...orderOf(Float64Array.from(values))]).toEqual(wanted);
      }),
    );
  });
});

describe('weights', () => {
  it('are equal up to 25 observations; beyond, the newest 25 and the wide kernel weigh most', () => {
    expect([...kernelWeights(3)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    const weights = kernelWeights(30);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect((weights[0] ?? 0) / (weights[30] ?? 1)).toBeCloseTo(1 / 30, 12);
    expect(weights[4]).toBe(weights[30]);
    expect(weights[5]).toBe(weights[30]);
    expect((kernelWeights(26)[0] ?? 0) / (kernelWeights(26)[26] ?? 1)).toBeCloseTo(1 / 26, 12);
  });
});
