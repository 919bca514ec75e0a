/**
 * Refuses new risk of a strategy that the Strategy Officer or a person has disabled.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const strategyDisabled: RiskRule = boundsNewRisk(({ intent, strategyDisabled: reason }) =>
  reason === null ? null : refuse('strategyDisabled', `strategy ${intent.strategyId} is disabled: ${reason}`),
);
