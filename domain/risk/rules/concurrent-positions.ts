/**
 * Refuses an order after which more positions would be open or opening than allowed (tighter of mode and session).
 * A position is one strategy in one symbol; adding to one that is open opens none.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const concurrentPositions: RiskRule = boundsNewRisk((_input, { effective, exposure }) => {
  if (exposure === null || exposure.positionCount <= effective.positionsMax) return null;
  const found = `${exposure.positionCount} positions with this one`;
  return refuse('concurrentPositions', `${found} above limit ${effective.positionsMax}`);
});
