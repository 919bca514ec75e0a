/**
 * What no single field of config/governance.yaml can tell: an entry must be possible where entries are allowed, and a
 * smaller limit must fit into the larger one. Looks at the raw file, so that these are listed with all other problems.
 */
import { CEO_DEFAULTS, type CeoRules } from '../schemas/officers/policy-store.ts';
import { type Problem, problem } from '../schemas/problem.ts';

type Fields = Readonly<Record<string, unknown>>;

export function limitProblems(raw: unknown): Problem[] {
  const { profiles, desk, ceo } = fieldsOf(raw);
  const limits = fieldsOf(desk);
  const perMode = Object.entries(fieldsOf(profiles)).flatMap(([mode, profile]) => [
    ...entryProblems(`profiles.${mode}`, fieldsOf(profile)),
    ...notAbove(`profiles.${mode}.positionFractionMax`, fieldsOf(profile).positionFractionMax, limits, LARGER[0]),
  ]);
  const nested = LARGER.slice(1).flatMap((larger, index) => {
    const smaller = LARGER[index] ?? larger;
    return notAbove(`desk.${smaller}`, limits[smaller], limits, larger);
  });
  return [...perMode, ...emergencyProblems(fieldsOf(profiles)), ...nested, ...ceoProblems(fieldsOf(ceo))];
}

/** A policy that `npm run policy` would refuse must not be the first one either. */
function emergencyProblems({ emergency }: Fields): Problem[] {
  const { newEntries } = fieldsOf(emergency);
  if (newEntries !== true) return [];
  return [problem('CONFIG_LIMIT_RANGE', 'profiles.emergency.newEntries', true, 'false', 'emergency only reduces')];
}

/** Each begins where the next has begun already; what the file leaves out is the default. */
const TIGHT_TO_LOOSE: readonly (readonly (keyof CeoRules)[])[] = [
  ['emergencyDrawdownFraction', 'defensiveDrawdownFraction', 'stabilityDrawdownFraction'],
  ['emergencyScore', 'defensiveScore', 'stabilityScore', 'growthScore'],
];

function ceoProblems(given: Fields): Problem[] {
  const rules: Fields = { ...CEO_DEFAULTS, ...given };
  return TIGHT_TO_LOOSE.flatMap((names) =>
    names.slice(1).flatMap((loose, index) => {
      const tight = names[index] ?? loose;
      const [value, least] = [rules[tight], rules[loose]];
      if (typeof value !== 'number' || typeof least !== 'number' || !(value < least)) return [];
      return [problem('CONFIG_LIMIT_ORDER', `ceo.${tight}`, value, `at least ceo.${loose} (${least})`)];
    }),
  );
}

/** Each of these must fit into the next. */
const LARGER = ['symbolConcentrationMax', 'correlationGroupMax', 'grossExposureMax'] as const;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

function entryProblems(path: string, profile: Fields): Problem[] {
  if (profile.newEntries !== true) return [];
  const impossible = [
    profile.positionFractionMax === 0 ? 'positionFractionMax' : null,
    profile.positionsMax === 0 ? 'positionsMax' : null,
    profile.confidenceMin === null ? 'confidenceMin' : null,
  ].filter((one) => one !== null);
  const expected = 'a number above 0 where newEntries is true';
  return impossible.map((name) =>
    problem('CONFIG_LIMIT_RANGE', `${path}.${name}`, profile[name], expected, 'or set newEntries: false'),
  );
}

function notAbove(path: string, value: unknown, desk: Fields, larger: string): Problem[] {
  const max = desk[larger];
  if (typeof value !== 'number' || typeof max !== 'number' || !(value > max)) return [];
  return [problem('CONFIG_LIMIT_ORDER', path, value, `at most desk.${larger} (${max})`)];
}
