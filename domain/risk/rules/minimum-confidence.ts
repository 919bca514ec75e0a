/**
 * Refuses an entry of too little confidence (the higher of mode and session; default 0.60). Orders by hand carry none
 * and pass; a mode without a minimum takes no entry from anybody.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

const RULE = 'minimumConfidence';

/** A weighted mean of binary fractions may miss its decimal value by this much. */
const ROUNDING = 1e-12;

export const minimumConfidence: RiskRule = boundsNewRisk(({ intent, policy }, { effective }) => {
  const minimum = effective.confidenceMin;
  if (minimum === null) return refuse(RULE, `mode ${policy.mode} accepts no entry at any confidence`);
  const { confidence } = intent;
  if (confidence === null) {
    return intent.origin === 'manual' ? null : refuse(RULE, `no confidence given, at least ${minimum} is needed`);
  }
  if (confidence <= 1 && confidence >= minimum - ROUNDING) return null;
  return refuse(RULE, `confidence ${confidence} outside ${minimum} to 1`);
});
