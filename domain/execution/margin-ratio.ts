/**
 * How much of a position's margin its venue asks for: (maintenance fraction + taker fee) × value
 * over margin + unrealised result. By the formula that the paper book liquidates with it is 1 at
 * the liquidation price, and above 1 beyond it.
 */
import type { Costs } from '../../schemas/execution.ts';
import { type Decimal, toDecimal, ZERO } from '../decimal.ts';
import type { BookPosition } from './position.ts';

type Held = Pick<BookPosition, 'quantity' | 'cost' | 'markPrice' | 'leverage'>;
type MarginCosts = Pick<Costs, 'maintenanceMarginFraction' | 'commissionBps'>;

/** What the venue asks to be left of the value that is held. */
export const maintenanceOf = (value: Decimal, costs: MarginCosts): Decimal =>
  value.times(toDecimal(costs.maintenanceMarginFraction).plus(toDecimal(costs.commissionBps).div(10_000)));

/** 0 without leverage or position; Infinity where the margin is gone. */
export function marginRatioOf({ quantity, cost, markPrice, leverage }: Held, costs: MarginCosts): number {
  if (leverage <= 1 || quantity.isZero()) return 0;
  const value = quantity.times(markPrice);
  const balance = cost.abs().div(leverage).plus(value.minus(cost));
  if (!balance.gt(ZERO)) return Number.POSITIVE_INFINITY;
  return maintenanceOf(value.abs(), costs).div(balance).toNumber();
}
