/**
 * What an order may do under a policy: the tightest of the mode's profile, the profiles of all looser modes (so that a
 * tighter mode never allows more), the Risk Officer's ceilings, and one mode tighter while an officer is stale.
 */
import type { ModeProfile, OperatingMode } from '../../../schemas/governance.ts';
import type { OfficerName } from '../../../schemas/officers/officer.ts';
import { MODES_LOOSE_TO_TIGHT, type ModeProfiles, rankOf } from '../../../schemas/officers/policy-store.ts';
import type { RiskCeilings } from '../../../schemas/officers/risk-state.ts';

export type PolicyLimits = {
  readonly mode: OperatingMode;
  readonly profiles: ModeProfiles;
  /** null: the Risk Officer has set none. */
  readonly ceilings: RiskCeilings | null;
  readonly stale: readonly OfficerName[];
};

export function effectiveProfile({ mode, profiles, ceilings, stale }: PolicyLimits): ModeProfile {
  const bounded = profileOf(profiles, stale.length === 0 ? mode : tighterMode(mode));
  return ceilings === null ? bounded : tighter(bounded, { ...bounded, ...ceilings });
}

/** The profile of a mode, bounded by those of all looser ones. */
export function profileOf(profiles: ModeProfiles, mode: OperatingMode): ModeProfile {
  const looser = MODES_LOOSE_TO_TIGHT.slice(0, rankOf(mode));
  return looser.map((one) => profiles[one]).reduce(tighter, withoutEmptyEntries(profiles[mode]));
}

/** The next tighter mode; the tightest stays. */
export const tighterMode = (mode: OperatingMode): OperatingMode => MODES_LOOSE_TO_TIGHT[rankOf(mode) + 1] ?? mode;

/** Limit by limit the tighter of two profiles; where nothing can be opened, nothing is. */
export const tighter = (one: ModeProfile, other: ModeProfile): ModeProfile =>
  withoutEmptyEntries({
    positionFractionMax: Math.min(one.positionFractionMax, other.positionFractionMax),
    positionsMax: Math.min(one.positionsMax, other.positionsMax),
    leverageMax: Math.min(one.leverageMax, other.leverageMax),
    confidenceMin: higher(one.confidenceMin, other.confidenceMin),
    newEntries: one.newEntries && other.newEntries,
  });

/** null = no entry at all. */
const higher = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : Math.max(one, other);

/** A share or a count of nothing takes no entry: the gate then says so instead of an order of no size. */
const withoutEmptyEntries = (profile: ModeProfile): ModeProfile => ({
  ...profile,
  newEntries:
    profile.newEntries && profile.positionFractionMax > 0 && profile.positionsMax > 0 && profile.confidenceMin !== null,
});
