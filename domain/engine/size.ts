/**
 * How many units an entry gets. fraction: share × equity / price, rounded down to the step. wholeShares: the largest
 * whole number whose value and commission stay within share × equity. Both times the leverage.
 */
import { orderFee, startOrder, takerPrice, withEntryCommission } from './costs.ts';
import { quantityWithin } from './numbers.ts';
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

/** Commission and units depend on each other: the first guess is at most a few units too high. */
function wholeUnits(account: Account, budget: number, price: number): number {
  const { commission } = account.plan;
  const dearest = commission.kind === 'perShare' ? Math.ceil(budget / (price + commission.cost)) : budget / price;
  let units = Math.floor(nudged(Math.min(budget / price, dearest)));
  while (units > 0 && units * price + orderFee(account, units, price) > budget * (1 + 4e-15)) units -= 1;
  return units;
}

/** Sizes an entry that waited for its price; false where it gets nothing: then it is gone. */
export function sizedAtFill(account: Account, lane: Lane, i: number, base: number): boolean {
  const side = lane.entrySide;
  const price = withEntryCommission(account, takerPrice(account, lane, i, side, base, 0), side);
  let equity = account.cash;
  for (const other of account.lanes) if (other.quantity !== 0) equity += other.quantity * other.mark;
  lane.entryLeft = unitsOf(account, equity, lane.entryFraction, price);
  if (lane.entryLeft > 0) {
    startOrder(lane, ENTRY);
    return true;
  }
  lane.entrySide = 0;
  return false;
}
