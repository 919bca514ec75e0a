/**
 * Refuses a leverage above the cap of the operating mode.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const leverageCap: RiskRule = boundsNewRisk(({ intent, policy }, { effective }) => {
  if (intent.leverage >= 1 && intent.leverage <= effective.leverageMax) return null;
  return refuse(
    'leverageCap',
    `leverage ${intent.leverage} above limit ${effective.leverageMax} of mode ${policy.mode}`,
  );
});
