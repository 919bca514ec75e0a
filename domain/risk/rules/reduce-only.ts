/**
 * Refuses a reducing order that would do more than reduce: it must go against the held position and may not exceed it.
 * Unknown portfolios pass: the order's own flag keeps the broker from growing or turning a position.
 */
import type { RiskRule } from '../gate-input.ts';
import { figure, refuse } from '../wording.ts';

export const reduceOnly: RiskRule = ({ intent }, { exposure }) => {
  if (!intent.reduceOnly || exposure === null) return null;
  const available = intent.side === 'sell' ? exposure.held : exposure.held.negated();
  if (available.gt(0) && intent.quantity.lte(available)) return null;
  const held = `${figure(exposure.held)} ${intent.symbol} held by ${intent.strategyId}`;
  return refuse('reduceOnly', `reducing ${intent.side} of ${figure(intent.quantity)} against ${held}`);
};
