/**
 * Refuses new entries in an operating mode that allows reducing orders only (emergency).
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const operatingMode: RiskRule = boundsNewRisk(({ policy }, { effective }) =>
  effective.newEntries ? null : refuse('operatingMode', `operating mode ${policy.mode} takes reducing orders only`),
);
