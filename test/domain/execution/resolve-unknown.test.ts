/** When an order whose sending proved nothing may be called absent, and when a person must look. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endOfDoubt,
  resolveUnknown,
  startUnknown,
  type UnknownEvidence,
  type UnknownRound,
  type UnknownVerdict,
} from '../../../domain/execution/resolve-unknown.ts';
import type { VenueOrder } from '../../../schemas/venue.ts';

const ORDER: VenueOrder = {
  venueOrderId: '12345678901234567890',
  clientOrderId: 'ours-entry',
  symbol: 'BTC/USD',
  side: 'buy',
  quantity: '1',
  quantityFilled: '0',
  averagePrice: null,
  limitPrice: '100',
  stopPrice: null,
  state: 'ACKED',
  venueStatus: 'new',
  submittedAtMs: 0,
};
const round = (atMs: number, changes: Partial<UnknownRound> = {}): UnknownRound => ({
  atMs,
  lookUp: { kind: 'notFound' },
  openOrders: { kind: 'answered', value: [] },
  unexplained: { kind: 'answered', value: 0 },
  ...changes,
});
const FAILED = { kind: 'failed', reason: 'ECONNRESET' } as const;

/** Runs rounds until a verdict other than `keep`. */
function resolve(rounds: readonly UnknownRound[]): UnknownVerdict {
  let evidence: UnknownEvidence = startUnknown(0);
  let verdict: UnknownVerdict = { kind: 'keep', evidence };
  for (const one of rounds) {
    verdict = resolveUnknown('ours-entry', evidence, one);
    if (verdict.kind !== 'keep') return verdict;
    evidence = verdict.evidence;
  }
  return verdict;
}
const every = (stepMs: number, count: number, changes: Partial<UnknownRound> = {}): UnknownRound[] =>
  Array.from({ length: count }, (_, index) => round(index * stepMs, changes));

describe('an unknown order', () => {
  it('is absent after 5 clean answers over 60 s, and not before', () => {
    expect(resolve(every(15_000, 4))).toMatchObject({ kind: 'keep' });
    expect(resolve(every(15_000, 5))).toMatchObject({ kind: 'absent' });
    expect(resolve(every(14_999, 5))).toMatchObject({ kind: 'keep', evidence: { misses: 5, spanMs: 59_996 } });
    expect(resolve(every(1_000, 50))).toMatchObject({ kind: 'keep' });
  });

  it('is never absent by failures, however many', () => {
    expect(resolve(every(10_000, 90, { lookUp: FAILED }))).toMatchObject({ kind: 'keep', evidence: { misses: 0 } });
    expect(resolve(every(10_000, 90, { openOrders: FAILED }))).toMatchObject({ kind: 'keep' });
    expect(resolve(every(10_000, 90, { unexplained: FAILED }))).toMatchObject({ kind: 'keep' });
  });

  it('does not lose its clean answers by a failure in between', () => {
    const rounds = every(15_000, 9).map((one, index) => (index % 2 === 1 ? { ...one, lookUp: FAILED } : one));
    expect(resolve(rounds)).toMatchObject({ kind: 'absent' });
  });

  it('is what the venue says as soon as it is found, also among the open orders only', () => {
    const found = { kind: 'found', order: { ...ORDER, state: 'FILLED' } } as const;
    expect(resolve([...every(15_000, 4), round(60_000, { lookUp: found })])).toMatchObject({
      kind: 'found',
      order: { state: 'FILLED' },
    });
    const openOrders = { kind: 'answered', value: [{ ...ORDER, clientOrderId: 'another' }, ORDER] } as const;
    expect(resolve([round(0, { openOrders })])).toEqual({ kind: 'found', order: ORDER });
    expect(resolve([round(0, { openOrders, lookUp: FAILED })])).toEqual({ kind: 'found', order: ORDER });
  });

  it('is not taken for another order that rests', () => {
    const openOrders = { kind: 'answered', value: [{ ...ORDER, clientOrderId: 'another' }] } as const;
    expect(resolve(every(15_000, 5, { openOrders }))).toMatchObject({ kind: 'absent' });
  });

  it('begins anew after a fill that nobody can explain', () => {
    const strange = round(60_000, { unexplained: { kind: 'answered', value: 1 } });
    const after = every(15_000, 4).map((one) => ({ ...one, atMs: one.atMs + 75_000 }));
    expect(resolve([...every(15_000, 4), strange, ...after])).toMatchObject({ kind: 'keep', evidence: { misses: 4 } });
    expect(resolve([...every(15_000, 4), strange, ...after, round(135_000)])).toMatchObject({ kind: 'absent' });
  });

  it('goes to a person after 15 minutes of answers, with the reason', () => {
    const strange = { unexplained: { kind: 'answered', value: 2 } } as const;
    expect(resolve(every(30_000, 30, strange))).toMatchObject({ kind: 'keep', evidence: { answeredMs: 870_000 } });
    expect(resolve(every(30_000, 31, strange))).toMatchObject({
      kind: 'manual',
      reason: 'unknown through 900 s of answers: 2 fills or positions that no known order explains',
    });
  });

  it('goes to nobody by answers that did not come, nor by a desk that was off', () => {
    expect(resolve(every(30_000, 200, { lookUp: FAILED }))).toMatchObject({ kind: 'keep' });
    expect(resolve(every(30_000, 200, { openOrders: FAILED }))).toMatchObject({ kind: 'keep' });
    expect(resolve([round(0), round(3_600_000)])).toMatchObject({ kind: 'keep', evidence: { misses: 2 } });
    const strange = { unexplained: { kind: 'answered', value: 1 } } as const;
    expect(resolve([round(0, strange), round(86_400_000, strange)])).toMatchObject({ kind: 'keep' });
  });

  it('ends as absent, or as canceled when the venue had taken it; a person ends what is in their hands', () => {
    const evidence = startUnknown(0);
    const absent = { kind: 'absent', evidence } as const;
    const manual = { kind: 'manual', evidence, reason: '' } as const;
    expect((['UNKNOWN', 'CANCEL_UNKNOWN', 'MANUAL'] as const).map((state) => endOfDoubt(state, absent))).toEqual([
      'ABSENT',
      'CANCELED',
      null,
    ]);
    expect(endOfDoubt('CANCEL_UNKNOWN', manual)).toBe('MANUAL');
    expect(endOfDoubt('UNKNOWN', { kind: 'keep', evidence })).toBeNull();
  });

  it('is not absent by a clock that jumps', () => {
    const jumped = [0, 1, 2, 3_600_003, 3_600_004].map((atMs) => round(atMs));
    let evidence = startUnknown(3_600_000);
    for (const one of jumped) {
      const verdict = resolveUnknown('ours-entry', evidence, one);
      expect(verdict.kind).toBe('keep');
      if (verdict.kind === 'keep') evidence = verdict.evidence;
    }
    expect(evidence.spanMs).toBeLessThanOrEqual(30_003);
    const back = [100_000, 40_000, 100_000, 40_000, 100_000].map((atMs) => round(atMs));
    expect(resolve(back)).toMatchObject({ kind: 'keep', evidence: { spanMs: 30_000, misses: 2 } });
  });

  it('is absent only with 5 clean answers over 60 s since the last unexplained fill, whatever comes', () => {
    const mostly = <T>(usual: T, ...rest: readonly T[]) =>
      fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...rest) });
    const looks = mostly<UnknownRound['lookUp']>({ kind: 'notFound' }, FAILED);
    const opens = mostly<UnknownRound['openOrders']>({ kind: 'answered', value: [] }, FAILED);
    const fills = mostly<UnknownRound['unexplained']>(
      { kind: 'answered', value: 0 },
      { kind: 'answered', value: 1 },
      FAILED,
    );
    const step = fc.record({
      gapMs: fc.integer({ min: 0, max: 40_000 }),
      lookUp: looks,
      openOrders: opens,
      unexplained: fills,
    });
    let absences = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let atMs = 0;
        let clean: number[] = [];
        let evidence = startUnknown(0);
        for (const { gapMs, ...one } of steps) {
          atMs += gapMs;
          if (one.unexplained.kind === 'answered' && one.unexplained.value > 0) clean = [];
          else if (
            one.lookUp.kind === 'notFound' &&
            one.openOrders.kind === 'answered' &&
            one.unexplained.kind === 'answered'
          )
            clean.push(atMs);
          const verdict = resolveUnknown('ours-entry', evidence, { atMs, ...one });
          expect(verdict.kind).not.toBe('found');
          if (verdict.kind === 'absent') {
            absences += 1;
            expect(clean.length).toBeGreaterThanOrEqual(5);
            expect((clean.at(-1) ?? 0) - (clean[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
            return;
          }
          if (verdict.kind === 'manual') {
            expect(atMs).toBeGreaterThanOrEqual(900_000);
            return;
          }
          if (verdict.kind === 'keep') evidence = verdict.evidence;
        }
      }),
      { numRuns: 10_000, seed: 4 },
    );
    expect(absences).toBeGreaterThan(500);
  });
});
