/**
 * Reads one stored policy, however it came to stand there. A row that is not wholly what we
 * would have written ourselves is no policy: then nothing is opened until a person sets one. A
 * profile beside the settings can only tighten.
 */
import type { ModeProfile, OperatingMode } from '../../../schemas/governance.ts';
import type { OfficerName } from '../../../schemas/officers/officer.ts';
import {
  type PolicySettings,
  policySettingsSchema,
  storedPolicySchema,
  TIGHTEST_PROFILE,
} from '../../../schemas/officers/policy-store.ts';
import type { RiskCeilings } from '../../../schemas/officers/risk-state.ts';
import { effectiveProfile, tighter } from './effective-profile.ts';
import { emergencyProblems } from './settings-problems.ts';

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

export function judgeRow(row: StoredLimits): JudgedPolicy {
  const parsed = storedPolicySchema.safeParse(row);
  if (!parsed.success) return faulty(row, parsed.error.issues);
  const { active: _active, profile, ...limits } = parsed.data;
  const refused = emergencyProblems(limits.settings);
  if (refused.length > 0) return faulty(row, refused);
  const { profiles } = limits.settings;
  return { ...limits, profile: tighter(profile, effectiveProfile({ ...limits, profiles })), faults: [] };
}

/** A problem of ours names its path in its message already. */
type Issue = { readonly path: string | readonly PropertyKey[]; readonly message: string };

function faulty({ settings }: StoredLimits, issues: readonly Issue[]): JudgedPolicy {
  return {
    mode: 'emergency',
    profile: TIGHTEST_PROFILE,
    settings: policySettingsSchema.safeParse(settings).data ?? null,
    ceilings: null,
    stale: [],
    faults: issues.map(({ path, message }) => (typeof path === 'string' ? message : `${path.join('.')}: ${message}`)),
  };
}
