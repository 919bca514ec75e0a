/**
 * Refuses an opening order without a protective stop.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const stopRequired: RiskRule = boundsNewRisk(({ intent }) =>
  intent.hasStop ? null : refuse('stopRequired', `opening ${intent.side} of ${intent.symbol} has no protective stop`),
);
