/**
 * Refuses a single order whose value exceeds the desk's limit.
 * Value = quantity × the higher of reference price and limit, in USD.
 */
import { orderNotional } from '../exposure.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const orderValue: RiskRule = boundsNewRisk(({ desk, intent }) => {
  const value = orderNotional(intent);
  if (value.lte(desk.orderValueMaxUsd)) return null;
  return refuse('orderValue', `order value ${figure(value)} USD above limit ${desk.orderValueMaxUsd} USD`);
});
