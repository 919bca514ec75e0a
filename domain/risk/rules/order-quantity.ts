/**
 * Refuses a single order of more units than the desk's limit.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const orderQuantity: RiskRule = boundsNewRisk(({ desk, intent }) => {
  if (intent.quantity.lte(desk.orderQuantityMax)) return null;
  return refuse('orderQuantity', `quantity ${figure(intent.quantity)} above limit ${desk.orderQuantityMax}`);
});
