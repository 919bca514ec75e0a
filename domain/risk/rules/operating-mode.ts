/**
 * Refuses new entries in an operating mode that takes reducing orders only (emergency, or ceilings of nothing), and in
 * defensive whatever is beyond the mode's own profile, and whatever an account wants that has lost its day: the mode is
 * then the reason, however loose the session's limits.
 */
import type { OperatingMode } from '../../../schemas/governance.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';
import { concurrentPositions } from './concurrent-positions.ts';
import { dailyLoss } from './daily-loss.ts';
import { leverageCap } from './leverage-cap.ts';
import { minimumConfidence } from './minimum-confidence.ts';
import { positionSize } from './position-size.ts';

/** Modes that answer for their limits by name; in the others the limits speak for themselves. */
export const isGuarded = (mode: OperatingMode): boolean => mode === 'defensive' || mode === 'emergency';

const LIMITS: readonly RiskRule[] = [leverageCap, positionSize, concurrentPositions, minimumConfidence, dailyLoss];

export const operatingMode: RiskRule = boundsNewRisk((input, facts) => {
  const { mode, version, profile } = input.policy;
  const named = `operating mode ${mode} (policy version ${version})`;
  if (!facts.effective.newEntries) return refuse('operatingMode', `${named} takes reducing orders only`);
  if (!isGuarded(mode)) return null;
  const ofMode = { ...facts, effective: { ...facts.effective, ...profile } };
  const beyond = LIMITS.flatMap((rule) => rule(input, ofMode)?.message ?? []);
  return beyond.length === 0 ? null : refuse('operatingMode', `${named}: ${beyond.join('; ')}`);
});
