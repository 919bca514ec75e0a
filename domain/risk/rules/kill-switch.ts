/**
 * Refuses new risk while the kill switch is set, by database flag or by file; only a person clears it.
 * Reducing orders pass: a halted desk must still be able to close what it holds.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const killSwitch: RiskRule = boundsNewRisk(({ killSwitch: reason }) =>
  reason === null ? null : refuse('killSwitch', `the kill switch is set (${reason}); only a person clears it`),
);
