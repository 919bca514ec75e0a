/**
 * Reads one stored policy, however it came to stand there. A row that is not wholly what we would have written ourselves
 * is no policy: then nothing is opened until a person sets one. A profile beside the settings can only tighten.
 */
import { z } from 'zod';
import {
  type ModeProfile,
  modeProfileSchema,
  type OperatingMode,
  operatingModeSchema,
} from '../../../schemas/governance.ts';
import { type OfficerName, officerNameSchema } from '../../../schemas/officers/officer.ts';
import { type PolicySettings, policySettingsSchema, TIGHTEST_PROFILE } from '../../../schemas/officers/policy-store.ts';
import { type RiskCeilings, riskCeilingsSchema } from '../../../schemas/officers/risk-state.ts';
import { effectiveProfile, tighter } from './effective-profile.ts';

/** The parts of a row that say what is allowed, as they were found. */
export type StoredLimits = {
  readonly active: boolean;
  readonly mode: unknown;
  readonly profile: unknown;
  readonly settings: unknown;
  readonly ceilings: unknown;
  readonly stale: unknown;
};

export type JudgedPolicy = {
  readonly mode: OperatingMode;
  /** The effective one: what an order may do. */
  readonly profile: ModeProfile;
  /** null where they cannot be read. */
  readonly settings: PolicySettings | null;
  readonly ceilings: RiskCeilings | null;
  readonly stale: readonly OfficerName[];
  /** Why this is no policy, one sentence each; empty when all is well. */
  readonly faults: readonly string[];
};

const rowSchema = z.object({
  active: z.literal(true, { error: 'no version is active' }),
  mode: operatingModeSchema,
  profile: modeProfileSchema,
  settings: policySettingsSchema,
  ceilings: riskCeilingsSchema.nullable(),
  stale: z.array(officerNameSchema),
});

export function judgeRow(row: StoredLimits): JudgedPolicy {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return faulty(row, parsed.error.issues);
  const { active: _active, profile, ...limits } = parsed.data;
  const { profiles } = limits.settings;
  return { ...limits, profile: tighter(profile, effectiveProfile({ ...limits, profiles })), faults: [] };
}

function faulty({ settings }: StoredLimits, issues: readonly z.core.$ZodIssue[]): JudgedPolicy {
  return {
    mode: 'emergency',
    profile: TIGHTEST_PROFILE,
    settings: policySettingsSchema.safeParse(settings).data ?? null,
    ceilings: null,
    stale: [],
    faults: issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  };
}
