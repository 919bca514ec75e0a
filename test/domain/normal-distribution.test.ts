/** The normal distribution against values of published tables and of other libraries. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalDensity, normalQuantile } from '../../domain/normal-distribution.ts';

describe('the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.959963984540054, 0.975],
    [-3, 0.0013498980316300933],
    [-8, 6.220960574271785e-16],
    [6, 0.9999999990134123],
  ])('has the share %d below it: %d', (x, share) => {
    expect(Math.abs(normalCdf(x) / share - 1)).toBeLessThan(1e-13);
    expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
  });

  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.05, -1.6448536269514722],
    [1e-10, -6.361340902404056],
    [1e-300, -37.0471],
  ])('has the share %d below %d', (share, x) => {
    expect(normalQuantile(share)).toBeCloseTo(x, share < 1e-100 ? 3 : 12);
  });

  it('ends at the infinities and refuses what is no share', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([normalCdf(-40), normalCdf(40)]).toEqual([expect.closeTo(0, 300), 1]);
    expect(() => normalQuantile(1.5)).toThrow('probability: got 1.5');
    expect(() => normalQuantile(Number.NaN)).toThrow(RangeError);
  });

  it('comes back from share to value, and grows as its density says', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (x) => {
        expect(normalQuantile(normalCdf(x))).toBeCloseTo(x, x < 4 ? 9 : 6);
        const step = 1e-5;
        expect((normalCdf(x + step) - normalCdf(x - step)) / (2 * step)).toBeCloseTo(normalDensity(x), 8);
      }),
    );
  });
});
