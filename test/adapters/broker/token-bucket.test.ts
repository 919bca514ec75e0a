/** Below the venue's limit in every minute, with room left for cancels. Time is a number here. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenBucket, type RequestKind } from '../../../adapters/broker/token-bucket.ts';

function bucketAt(requestsPerMinute: number) {
  const clock = { nowMs: 0 };
  const bucket = createTokenBucket({
    requestsPerMinute,
    nowMs: () => clock.nowMs,
    sleep: async (ms) => {
      clock.nowMs += ms;
    },
  });
  return { clock, bucket };
}
const FOREVER = Number.MAX_SAFE_INTEGER;

describe('the token bucket', () => {
  it('lets a burst pass at once and keeps the last ones for cancels', async () => {
    const { clock, bucket } = bucketAt(100);
    let orders = 0;
    while (await bucket.take('order', 0)) orders += 1;
    expect(orders).toBe(15);
    expect(await bucket.take('read', 0)).toBe(false);
    let cancels = 0;
    while (await bucket.take('cancel', 0)) cancels += 1;
    expect(cancels).toBe(5);
    expect(clock.nowMs).toBe(0);
  });

  it('waits for a free request until the instant given, and takes nothing when that is too early', async () => {
    const { clock, bucket } = bucketAt(100);
    while (await bucket.take('order', 0));
    expect(await bucket.take('order', 749)).toBe(false);
    expect(await bucket.take('order', 750)).toBe(true);
    expect(clock.nowMs).toBe(750);
    expect(await bucket.take('order', Number.NaN)).toBe(false);
  });

  it('lets only cancels pass during a pause that the venue asked for', async () => {
    const { clock, bucket } = bucketAt(100);
    bucket.pauseUntil(5_000);
    bucket.pauseUntil(2_000);
    expect(await bucket.take('order', 4_999)).toBe(false);
    expect(await bucket.take('cancel', 0)).toBe(true);
    expect(await bucket.take('read', 5_000)).toBe(true);
    expect(clock.nowMs).toBe(5_000);
  });

  it('gives nothing for a clock that goes back', async () => {
    const { clock, bucket } = bucketAt(100);
    while (await bucket.take('cancel', 0));
    clock.nowMs = -3_600_000;
    expect(await bucket.take('cancel', clock.nowMs)).toBe(false);
  });

  it('never lets more pass in any minute than it may', async () => {
    const kinds = fc.constantFrom<RequestKind>('order', 'read', 'cancel');
    const asks = fc.array(fc.record({ kind: kinds, idleMs: fc.integer({ min: 0, max: 3_000 }) }), { maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 200 }), asks, async (perMinute, list) => {
        const { clock, bucket } = bucketAt(perMinute);
        const passedAtMs: number[] = [];
        for (const { kind, idleMs } of list) {
          clock.nowMs += idleMs < 2_500 ? 0 : idleMs;
          if (await bucket.take(kind, FOREVER)) passedAtMs.push(clock.nowMs);
        }
        for (const [index, atMs] of passedAtMs.entries()) {
          const later = passedAtMs[index + perMinute];
          if (later !== undefined) expect(later - atMs).toBeGreaterThanOrEqual(60_000);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a limit that leaves no room', () => {
    expect(() => bucketAt(9)).toThrow(RangeError);
    expect(() => bucketAt(Number.NaN)).toThrow(RangeError);
  });
});
