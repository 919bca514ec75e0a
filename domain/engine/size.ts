/**
 * How many units an entry gets. fraction: share × equity / price, rounded down to the step. wholeShares: the largest
 * whole number whose value and commission stay within share × equity. Both times the leverage.
 */
import { orderFee, startOrder, takerPrice, withEntryCommission } from './costs.ts';
import { quantityWithin } from './numbers.ts';
import type { EnginePlan } from './plan.ts';
import { type Account, ENTRY, type Lane } from './state.ts';

/** Units for `fraction` of the equity at that price; 0 where nothing can be bought. */
export function unitsOf(account: Account, equity: number, fraction: number, price: number): number {
  if (!(equity > 0 && fraction > 0 && price > 0)) return 0;
  const { plan, perUnit } = account;
  const budget = equity * fraction;
  if (plan.size.kind === 'wholeShares') return wholeUnits(account, budget, price) * plan.leverage;
  const units = plan.deskRounding
    ? quantityWithin(budget, price, perUnit)
    : Math.floor(nudged((budget / price) * perUnit)) / perUnit;
  return units * plan.leverage;
}

/** A number of steps that is whole but for the rounding of the division counts as whole. */
export const nudged = (steps: number): number => steps + (steps * 4e-15 + 1e-9);

/** Commission and units depend on each other: where they meet the budget, less what rounding is out by. */
function wholeUnits(account: Account, budget: number, price: number): number {
  const most = budget * (1 + 4e-15);
  let units = Math.max(0, Math.floor(nudged(unitsWorth(account.plan, most, price))));
  while (units > 0 && units * price + orderFee(account, units, price) > most) {
    // Above 2^53 the next smaller double is more than one away.
    units -= Math.max(1, units * Number.EPSILON);
  }
  return units;
}

/** Units, fractions of them too, whose value and commission are `budget`; below 0 where the commission alone is more. */
function unitsWorth({ commission }: EnginePlan, budget: number, price: number): number {
  if (commission.kind === 'bps') return budget / (price * (1 + commission.bps / 10_000));
  if (commission.kind === 'entryPrice') return budget / price;
  const { cost, fee, minimum } = commission;
  return Math.min((budget - minimum) / price, (budget - fee) / (price + cost));
}

/** Sizes an entry that waited for its price, by the account as it is now; 0 where it gets nothing. */
export function sizeAtFill(account: Account, lane: Lane, i: number, base: number): void {
  const side = lane.entrySide;
  const price = withEntryCommission(account, takerPrice(account, lane, i, side, base, 0), side);
  let equity = account.cash;
  for (const other of account.lanes) if (other.quantity !== 0) equity += other.quantity * other.mark;
  lane.entryLeft = unitsOf(account, equity, lane.entryFraction, price);
  startOrder(lane, ENTRY);
}
