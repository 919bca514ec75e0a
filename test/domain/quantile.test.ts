/** Percentiles with a straight line between neighbours, against published cases. */
import { describe, expect, it } from 'vitest';
import { quantile } from '../../domain/quantile.ts';
import { goldenJson } from './learning/golden-json.ts';

describe('quantile', () => {
  it('is the least at 0, the largest at 1, and in between on the line between neighbours', () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([30, 10, 20], share))).toEqual([10, 15, 20, 30]);
    expect(quantile([7], 0.3)).toBe(7);
  });

  it('refuses no values and no share', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => quantile([1], -0.1)).toThrow(RangeError);
  });
});

type Golden = { value_at_risk_linear_percentile: { returns: number[]; cutoff: number; expected: number }[] };
const cases = goldenJson<Golden>('reference/performance_empyrical.json')?.value_at_risk_linear_percentile ?? [];

describe.skipIf(cases.length === 0)("empyrical's cases", () => {
  it.each(cases)('$cutoff of $returns', ({ returns, cutoff, expected }) => {
    expect(quantile(returns, cutoff)).toBeCloseTo(expected, 12);
  });
});
