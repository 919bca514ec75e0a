/**
 * Reads config/governance.yaml and config/compliance.yaml: the desk's modes, limits and what may be traded.
 * Strict: an unknown key, a tab or an impossible limit stops the start, with all problems of a file listed at once.
 * Codes: CONFIG_FILE_NOT_FOUND, CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_REQUIRED, CONFIG_TYPE, CONFIG_ENUM,
 * CONFIG_SIGN, CONFIG_LIMIT_RANGE, CONFIG_LIMIT_ORDER.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { modelGovernanceSchema, operatingModeSchema } from '../schemas/governance.ts';
import {
  CEO_DEFAULTS,
  ceoRulesSchema,
  modeProfilesSchema,
  OFFICER_DEFAULTS,
  officerSettingsSchema,
  type PolicySettings,
} from '../schemas/officers/policy-store.ts';
import { InvalidInput, type Problem } from '../schemas/problem.ts';
import { type Compliance, complianceSchema, deskLimitsSchema } from '../schemas/risk.ts';
import { configProblems } from './config-problems.ts';
import { limitProblems } from './limit-problems.ts';
import { readYaml } from './read-yaml.ts';

const governanceSchema = z.strictObject({
  mode: operatingModeSchema,
  profiles: modeProfilesSchema,
  officers: officerSettingsSchema.partial().prefault({}),
  ceo: ceoRulesSchema.partial().prefault({}),
  desk: deskLimitsSchema.prefault({}),
  models: modelGovernanceSchema.prefault({}),
});
type GovernanceFile = z.infer<typeof governanceSchema>;

export type Governance = {
  readonly startMode: GovernanceFile['mode'];
  readonly profiles: GovernanceFile['profiles'];
  /** What the policy store begins with; from then on `npm run policy` changes it. */
  readonly settings: PolicySettings;
  readonly desk: GovernanceFile['desk'];
  readonly models: GovernanceFile['models'];
};

/** @throws InvalidInput with every problem of `<directory>/governance.yaml` */
export function loadGovernance(directory: string): Governance {
  const file = load(directory, 'governance.yaml', governanceSchema, limitProblems);
  const { mode, profiles, desk, models } = file;
  const settings = {
    profiles,
    officers: filled(OFFICER_DEFAULTS, file.officers),
    ceo: filled(CEO_DEFAULTS, file.ceo),
  };
  return { startMode: mode, profiles, settings, desk, models };
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };
const filled = <T extends object>(defaults: T, given: Given<T>): T => ({ ...defaults, ...given });

/** @throws InvalidInput with every problem of `<directory>/compliance.yaml` */
export const loadCompliance = (directory: string): Compliance =>
  load(directory, 'compliance.yaml', complianceSchema, () => []);

function load<S extends z.ZodType>(
  directory: string,
  file: string,
  schema: S,
  crossProblems: (raw: unknown) => Problem[],
): z.output<S> {
  const { raw, problems } = readYaml(join(directory, file), file);
  if (raw === undefined) throw new InvalidInput(problems);
  const parsed = schema.safeParse(raw, { reportInput: true });
  const found = [...(parsed.success ? [] : configProblems(parsed.error.issues, schema)), ...crossProblems(raw)];
  const all = [...problems, ...found.map((one) => ({ ...one, message: `${file}: ${one.message}` }))];
  if (all.length > 0 || !parsed.success) throw new InvalidInput(all);
  return parsed.data;
}
