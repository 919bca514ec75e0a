/**
 * Refuses an entry against an own order resting on the other side of the same symbol: it could trade with itself.
 */
import type { Decimal } from '../../decimal.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const selfCross: RiskRule = boundsNewRisk(({ account, intent }) => {
  const isOpposite = (quantity: Decimal): boolean => (intent.side === 'buy' ? quantity.lt(0) : quantity.gt(0));
  const resting = account?.openOrders.find((one) => one.symbol === intent.symbol && isOpposite(one.quantity));
  if (resting === undefined) return null;
  const own = `own order of ${figure(resting.quantity)} ${intent.symbol} by ${resting.strategyId}`;
  return refuse('selfCross', `${intent.side} against an ${own} that is at work on the other side`);
});
