/**
 * Refuses an order whose own numbers make no sense: quantity and prices must be finite and above 0, leverage a whole
 * number from 1. Holds for every order, reducing ones included.
 */
import type { Decimal } from '../../decimal.ts';
import type { RiskRule } from '../gate-input.ts';
import { refuse } from '../wording.ts';

export const orderNumbers: RiskRule = ({ intent }) => {
  const faults = [
    isPositive(intent.quantity) ? null : `quantity ${intent.quantity.toString()}`,
    isPositive(intent.price) ? null : `price ${intent.price.toString()}`,
    intent.limitPrice === null || isPositive(intent.limitPrice) ? null : `limit price ${intent.limitPrice.toString()}`,
    Number.isInteger(intent.leverage) && intent.leverage >= 1 ? null : `leverage ${intent.leverage}`,
  ].filter((one) => one !== null);
  if (intent.orderType === 'limit' && intent.limitPrice === null) faults.push('a limit order without a limit price');
  if (faults.length === 0) return null;
  return refuse('orderNumbers', `${faults.join(', ')}: quantity and prices must be above 0, leverage 1 or more`);
};

const isPositive = (value: Decimal): boolean => value.isFinite() && value.gt(0);
