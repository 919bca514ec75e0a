/** What the score leaves of a mode's profile. An officer only tightens: never more than the profile. */
import type { ModeProfile } from '../../../schemas/governance.ts';
import type { RiskCeilings } from '../../../schemas/officers/risk-state.ts';

/** From here on ceilings fall, in a straight line to nothing at 100. */
const SCORE_FREE = 50;
/** 10 · 0.3 must be 3, whatever the last digit of 0.3. */
const HAIR = 1e-9;

/** Profile · (1 - max(0, score - 50)/50); whole numbers rounded down, leverage at least 1 (no leverage at all). */
export function riskCeilings(profile: ModeProfile, score: number): RiskCeilings {
  const factor = 1 - Math.max(0, Math.min(100, score) - SCORE_FREE) / (100 - SCORE_FREE);
  return {
    positionFractionMax: profile.positionFractionMax * factor,
    positionsMax: Math.floor(profile.positionsMax * factor + HAIR),
    leverageMax: Math.max(1, Math.floor(profile.leverageMax * factor + HAIR)),
  };
}
