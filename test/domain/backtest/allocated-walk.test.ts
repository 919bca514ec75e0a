/** A session's size is its own times what the allocation review gave its strategy. */
import { expect, it } from 'vitest';
import { barsOf, flat, NO_COSTS, walk } from './walk-fixture.ts';

const MOMENTUM = { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } } as const;

it('is four tenths at a weight of 0.4, whole without one, and nothing at 0', () => {
  const bars = barsOf([...flat(25), 103, 104, 105]);
  const sizeAt = (change: { readonly allocationWeight?: number }) =>
    walk([bars], MOMENTUM, { costs: NO_COSTS, ...change })
      .decisions.map(({ decision }) => decision.sizeFraction)
      .at(25);
  const whole = sizeAt({}) ?? 0;
  expect(whole).toBeGreaterThan(0.01);
  expect(sizeAt({ allocationWeight: 1 })).toBe(whole);
  expect(sizeAt({ allocationWeight: 0.4 })).toBeCloseTo(0.4 * whole, 12);
  expect(walk([bars], MOMENTUM, { costs: NO_COSTS, allocationWeight: 0 }).fills).toEqual([]);
});
