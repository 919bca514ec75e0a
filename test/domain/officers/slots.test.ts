/** The time of an officer's cycles. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOf, dueSlot, oneSlot, owing, slotAfter } from '../../../domain/officers/slots.ts';
import type { MissedSlots } from '../../../schemas/officers/cycle.ts';

const slotsIn = ({ fromMs, toMs, everyMs }: MissedSlots): number[] =>
  Array.from({ length: countOf({ fromMs, toMs, everyMs }) }, (_, i) => fromMs + i * everyMs);

it('serves the slot that is due and nothing else while nothing was late', () => {
  expect(dueSlot(60_000, 60_000, 30_000)).toEqual({ slotMs: 60_000, skipped: null });
  expect(dueSlot(89_999, 60_000, 30_000)).toEqual({ slotMs: 60_000, skipped: null });
});

it('skips what went by, and says what', () => {
  const skipped = { fromMs: 60_000, toMs: 150_000, everyMs: 30_000 };
  expect(dueSlot(151_000, 60_000, 30_000)).toEqual({ slotMs: 150_000, skipped });
  expect(slotsIn(skipped)).toEqual([60_000, 90_000, 120_000]);
});

it('begins with the slot of its start, and owes none before it', () => {
  expect(dueSlot(61_234, 61_234, 30_000)).toEqual({ slotMs: 60_000, skipped: null });
});

it('keeps a day of missed slots as one entry, and begins another where the interval changed', () => {
  let owed: MissedSlots[] = [];
  for (let slot = 0; slot < 2_880; slot += 1) owed = owing(owed, oneSlot(slot * 30_000, 30_000));
  expect(owed).toEqual([{ fromMs: 0, toMs: 86_400_000, everyMs: 30_000 }]);
  expect(owing(owed, oneSlot(86_400_000, 10_000))).toHaveLength(2);
});

it('accounts for every slot, whatever the delays', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      delays,
      (seconds, start, all) => {
        const everyMs = seconds * 1_000;
        let dueMs = start;
        let nowMs = start;
        const seen: number[] = [];
        for (const delay of all) {
          nowMs = Math.max(nowMs, dueMs) + delay;
          const { slotMs, skipped } = dueSlot(nowMs, dueMs, everyMs);
          if (seen.length > 0 && skipped !== null) seen.push(...slotsIn(skipped));
          seen.push(slotMs);
          dueMs = slotAfter(slotMs, everyMs);
        }
        const [first = 0] = seen;
        expect(seen).toEqual(seen.map((_, i) => first + i * everyMs));
      },
    ),
    { numRuns: 200 },
  );
});
