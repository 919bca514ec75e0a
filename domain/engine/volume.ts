/** What the volume of a bar lets the orders of its symbol have, all of them together. Quantities in units. */
import type { Account, Lane } from './state.ts';

/** Where volume counts, a bar without any fills nothing; nor does one outside the market's hours. */
export function canFill({ plan }: Account, lane: Lane, i: number): boolean {
  if (plan.volumeFractionMax !== null && !((lane.market.bars.volume[i] as number) > 0)) return false;
  return plan.rules === null || lane.market.trades === null || lane.market.trades[i] === 1;
}

/** What an order that wants so much gets of bar `i`; it is taken from those that come after it. */
export function takeVolume(account: Account, lane: Lane, i: number, wanted: number): number {
  if (account.plan.volumeFractionMax === null) return wanted;
  if (lane.volumeBar !== i) openVolume(account, lane, i, account.plan.volumeFractionMax);
  const quantity = wanted <= lane.volumeLeft ? wanted : lane.volumeLeft;
  lane.volumeLeft = lessUnits(account, lane.volumeLeft, quantity);
  return quantity;
}

/** In whole steps. */
function openVolume({ perUnit }: Account, lane: Lane, i: number, fractionMax: number): void {
  const steps = fractionMax * (lane.market.bars.volume[i] as number) * perUnit;
  lane.volumeBar = i;
  lane.volumeLeft = Math.floor(steps * (1 + 4e-16)) / perUnit;
}

/** A difference of whole steps is one too. */
export const lessUnits = ({ perUnit }: Account, units: number, taken: number): number =>
  Math.round((units - taken) * perUnit) / perUnit;
