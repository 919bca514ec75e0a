/**
 * Refuses a leveraged entry whose worst case, at its stop and the gap beyond it, would cost more than what is left of
 * the day's risk budget (2 % of equity). Asked where leverage is managed, and of every leveraged order in real time.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const riskBudget: RiskRule = boundsNewRisk(({ riskBudget: asked }) => {
  if (asked === undefined || asked === null || asked.worstCaseLoss.lte(asked.left)) return null;
  const found = `worst-case loss ${figure(asked.worstCaseLoss)} USD`;
  return refuse('riskBudget', `${found} above the ${figure(asked.left)} USD left of the day's risk budget`);
});
