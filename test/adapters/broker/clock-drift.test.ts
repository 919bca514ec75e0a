/** When a difference of clocks warns and when it stops new orders, and that the message says by how much. */
import { describe, expect, it } from 'vitest';
import { judgeClock } from '../../../adapters/broker/clock-drift.ts';

describe('the drift of the clocks', () => {
  it.each([
    [0, 0, 'ok'],
    [900, 200, 'ok'],
    [-1_000, 0, 'ok'],
    [1_001, 0, 'warn'],
    [950, 102, 'warn'],
    [-5_000, 0, 'warn'],
    [5_001, 0, 'block'],
    [-10_000, 40, 'block'],
    [0, 10_002, 'block'],
    [Number.NaN, 0, 'block'],
    [0, Number.NaN, 'block'],
  ])('of %i ms measured within %i ms is judged %s', (offsetMs, roundTripMs, level) => {
    expect(judgeClock({ offsetMs, roundTripMs }).level).toBe(level);
  });

  it('is told with its size, its side and what follows', () => {
    expect(judgeClock({ offsetMs: -10_250, roundTripMs: 80 })).toMatchObject({
      problem: {
        code: 'CLOCK_DRIFT',
        message: "the venue's clock is 10.250 s behind ours (within 0.040 s): no new orders",
        expected: 'at most 5.000 s',
      },
    });
    expect(judgeClock({ offsetMs: 2_000, roundTripMs: 0 })).toMatchObject({
      problem: { message: "the venue's clock is 2.000 s ahead of ours (within 0.000 s): orders go on" },
    });
  });
});
