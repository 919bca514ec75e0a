/**
 * What no single field of the policy's settings can tell: emergency takes no entry, thresholds stand in their order.
 */
import type { ModeProfile, OperatingMode } from '../../../schemas/governance.ts';
import { MODES_LOOSE_TO_TIGHT, type PolicySettings, rankOf } from '../../../schemas/officers/policy-store.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';

export function settingsProblems({ profiles, ceo }: PolicySettings): Problem[] {
  return [
    ...emergencyProblems({ profiles }),
    ...MODES_LOOSE_TO_TIGHT.flatMap((mode) => entryProblems(mode, profiles[mode])),
    ...DRAWDOWNS.flatMap(([tight, loose]) => orderProblems(ceo, tight, loose)),
    ...SCORES.flatMap(([tight, loose]) => orderProblems(ceo, tight, loose)),
  ];
}

export const emergencyProblems = ({ profiles }: Pick<PolicySettings, 'profiles'>): Problem[] =>
  profiles.emergency.newEntries
    ? [problem('INPUT_RANGE', 'profiles.emergency.newEntries', true, 'false', 'emergency only reduces')]
    : [];

/** A mode that was changed must not allow more than a looser one: the looser one would go first. */
export function profileOrderProblems({ profiles }: PolicySettings, changed: readonly OperatingMode[]): Problem[] {
  return changed.flatMap((mode) =>
    MODES_LOOSE_TO_TIGHT.slice(0, rankOf(mode)).flatMap((looser) =>
      looserLimits(profiles[mode], profiles[looser]).map((name) => {
        const expected = `no looser than profiles.${looser}.${name} (${profiles[looser][name]})`;
        return problem(
          'INPUT_RANGE',
          `profiles.${mode}.${name}`,
          profiles[mode][name],
          expected,
          `change ${looser} first`,
        );
      }),
    ),
  );
}

const DRAWDOWNS = [
  ['emergencyDrawdownFraction', 'defensiveDrawdownFraction'],
  ['defensiveDrawdownFraction', 'stabilityDrawdownFraction'],
] as const;
const SCORES = [
  ['emergencyScore', 'defensiveScore'],
  ['defensiveScore', 'stabilityScore'],
  ['stabilityScore', 'growthScore'],
] as const;

function orderProblems(ceo: PolicySettings['ceo'], tight: keyof typeof ceo, loose: keyof typeof ceo): Problem[] {
  if (ceo[tight] >= ceo[loose]) return [];
  return [problem('INPUT_RANGE', `ceo.${tight}`, ceo[tight], `at least ceo.${loose} (${ceo[loose]})`)];
}

function entryProblems(mode: OperatingMode, profile: ModeProfile): Problem[] {
  if (!profile.newEntries) return [];
  const empty = (['positionFractionMax', 'positionsMax'] as const).filter((name) => profile[name] === 0);
  const impossible = profile.confidenceMin === null ? [...empty, 'confidenceMin' as const] : empty;
  const expected = 'a number above 0 where newEntries is true';
  return impossible.map((name) =>
    problem('INPUT_RANGE', `profiles.${mode}.${name}`, profile[name], expected, 'or set newEntries to false'),
  );
}

function looserLimits(one: ModeProfile, other: ModeProfile): (keyof ModeProfile)[] {
  const sizes = (['positionFractionMax', 'positionsMax', 'leverageMax'] as const).filter(
    (name) => one[name] > other[name],
  );
  const needsLess =
    one.confidenceMin !== null && (other.confidenceMin === null || one.confidenceMin < other.confidenceMin);
  return [
    ...sizes,
    ...(needsLess ? ['confidenceMin' as const] : []),
    ...(one.newEntries && !other.newEntries ? ['newEntries' as const] : []),
  ];
}
