/**
 * The orders of a pair: one size for both legs together. One unit of the pair is one unit of the second symbol and
 * `quantityRatio` units of the first; its price is what both cost, its stop the farther of the two, so that both stops
 * together lose no more than a single position's.
 */
import { Decimal, floorToStep, toDecimal } from '../decimal.ts';
import type { Proposal } from '../decision/advance-session.ts';
import { sizeOf } from '../risk/position-size.ts';
import { entryPlan, type OrderBasis, type OrderPlan, sizeLimits, stopDistanceOf } from './propose-orders.ts';
import type { WalkContext } from './walk-context.ts';

export type PairEntry = { readonly basis: OrderBasis; readonly proposal: Proposal };

/**
 * Entries of the first and the second leg; null when either rounds down to nothing or has no stop.
 * Quantity of the first = `quantityRatio` × quantity of the second, rounded down to the step.
 */
export function planPairEntry(
  context: WalkContext,
  first: PairEntry,
  second: PairEntry,
  quantityRatio: number,
): readonly [OrderPlan, OrderPlan] | null {
  const stops = [stopDistanceOf(context, first.basis), stopDistanceOf(context, second.basis)] as const;
  if (stops[0] === null || stops[1] === null || !(quantityRatio > 0) || !Number.isFinite(quantityRatio)) return null;
  const limits = sizeLimits(context);
  const ratio = toDecimal(quantityRatio);
  const costOfFirst = ratio.times(first.basis.close);
  const price = costOfFirst.plus(second.basis.close);
  const stopFraction = Decimal.max(stops[0].div(first.basis.close), stops[1].div(second.basis.close));
  const size = sizeOf({
    ...limits,
    stopDistanceFraction: stopFraction.toNumber(),
    agreement: Math.min(first.proposal.combination.agreement, second.proposal.combination.agreement),
    equity: second.basis.equity,
    price,
  });
  const share = costOfFirst.div(price).toNumber();
  const plans = [
    entryPlan(context, {
      basis: first.basis,
      side: first.proposal.side,
      stopDistance: stops[0],
      sizeFraction: size.sizeFraction * share,
      quantity: floorToStep(size.quantity.times(ratio), limits.quantityStep),
    }),
    entryPlan(context, {
      basis: second.basis,
      side: second.proposal.side,
      stopDistance: stops[1],
      sizeFraction: size.sizeFraction * (1 - share),
      quantity: size.quantity,
    }),
  ] as const;
  return plans[0] === null || plans[1] === null ? null : [plans[0], plans[1]];
}
