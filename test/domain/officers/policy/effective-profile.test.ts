/** Whatever is set, a tighter mode, ceilings and stale officers only ever tighten. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { effectiveProfile } from '../../../../domain/officers/policy/effective-profile.ts';
import { judgeRow } from '../../../../domain/officers/policy/judge-row.ts';
import type { ModeProfile } from '../../../../schemas/governance.ts';
import {
  CEO_DEFAULTS,
  MODES_LOOSE_TO_TIGHT,
  OFFICER_DEFAULTS,
  TIGHTEST_PROFILE,
} from '../../../../schemas/officers/policy-store.ts';

const aProfile = fc.record({
  positionFractionMax: fc.double({ min: 0, max: 1, noNaN: true }),
  positionsMax: fc.nat(20),
  leverageMax: fc.integer({ min: 1, max: 10 }),
  confidenceMin: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(null)),
  newEntries: fc.boolean(),
});
/** In emergency nothing is ever opened. */
const emergency = aProfile.map((profile) => ({ ...profile, newEntries: false }));
const profiles = fc.record({
  ...{ expansion: aProfile, growth: aProfile, stability: aProfile, defensive: aProfile, emergency },
});
const ceilings = fc.record({
  positionFractionMax: fc.double({ min: 0, max: 1, noNaN: true }),
  positionsMax: fc.nat(20),
  leverageMax: fc.integer({ min: 1, max: 10 }),
});
const modes = fc.constantFrom(...MODES_LOOSE_TO_TIGHT);

const isAsTight = (one: ModeProfile, other: ModeProfile): boolean =>
  one.positionFractionMax <= other.positionFractionMax &&
  one.positionsMax <= other.positionsMax &&
  one.leverageMax <= other.leverageMax &&
  (one.confidenceMin ?? 2) >= (other.confidenceMin ?? 2) &&
  (!one.newEntries || other.newEntries);

it('never widens by a tighter mode, by ceilings or by a stale officer', () => {
  fc.assert(
    fc.property(profiles, ceilings, modes, modes, (given, bounds, one, other) => {
      const [looser, tighter] = [one, other].sort(
        (a, b) => MODES_LOOSE_TO_TIGHT.indexOf(a) - MODES_LOOSE_TO_TIGHT.indexOf(b),
      );
      const plain = { profiles: given, ceilings: null, stale: [] };
      const loose = effectiveProfile({ ...plain, mode: looser ?? one });
      const tight = effectiveProfile({ ...plain, mode: tighter ?? other });
      expect(isAsTight(tight, loose)).toBe(true);
      expect(isAsTight(loose, given[looser ?? one])).toBe(true);
      expect(
        isAsTight(
          effectiveProfile({ ...plain, mode: one, ceilings: bounds }),
          effectiveProfile({ ...plain, mode: one }),
        ),
      ).toBe(true);
      expect(
        isAsTight(effectiveProfile({ ...plain, mode: one, stale: ['ceo'] }), effectiveProfile({ ...plain, mode: one })),
      ).toBe(true);
    }),
  );
});

it('reads any rubbish as the tightest, and a profile beside the settings as a bound', () => {
  fc.assert(
    fc.property(profiles, aProfile, modes, fc.anything(), (given, profile, mode, rubbish) => {
      const settings = { profiles: given, officers: OFFICER_DEFAULTS, ceo: CEO_DEFAULTS };
      const row = { active: true, mode, profile, settings, ceilings: null, stale: [] };
      const judged = judgeRow(row);
      expect(judged.faults).toEqual([]);
      expect(isAsTight(judged.profile, profile) && isAsTight(judged.profile, given[mode])).toBe(true);
      const broken = judgeRow({ ...row, profile: { ...profile, positionsMax: rubbish } });
      const isNumber = typeof rubbish === 'number' && Number.isInteger(rubbish) && rubbish >= 0 && rubbish <= 1_000;
      if (!isNumber) expect(broken).toMatchObject({ mode: 'emergency', profile: TIGHTEST_PROFILE });
    }),
  );
});

it('takes a row whose emergency opens trades for no policy', () => {
  const open = { positionFractionMax: 0.1, positionsMax: 5, leverageMax: 1, confidenceMin: 0.6, newEntries: true };
  const all = { expansion: open, growth: open, stability: open, defensive: open };
  const rowWith = (newEntries: boolean) => ({
    ...{ active: true, mode: 'emergency', profile: open, ceilings: null, stale: [] },
    settings: {
      profiles: { ...all, emergency: { ...open, newEntries } },
      officers: OFFICER_DEFAULTS,
      ceo: CEO_DEFAULTS,
    },
  });
  expect(judgeRow(rowWith(false)).profile.newEntries).toBe(false);
  expect(judgeRow(rowWith(true))).toMatchObject({
    profile: TIGHTEST_PROFILE,
    faults: ['profiles.emergency.newEntries: got true, expected false'],
  });
});
