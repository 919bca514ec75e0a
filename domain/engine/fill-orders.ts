/** Fills orders that take the market's price: the exit and the entry at work, at the open of a bar or at its close. */
import { marketPrice, startOrder, takerPrice, withEntryCommission } from './costs.ts';
import { bookFill } from './fills.ts';
import { deskSum } from './numbers.ts';
import { sizeAtFill } from './size.ts';
import { type Account, ENTRY, FLATTEN, type Lane } from './state.ts';
import { canFill, lessUnits, takeVolume } from './volume.ts';

type FillOrder = (account: Account, lane: Lane, i: number, atClose: boolean, atMs: number) => void;

/** Fills the exit at work, as far as the bar's volume goes. */
export const fillExit: FillOrder = (account, lane, i, atClose, atMs) => {
  if (lane.exitLeft === 0 || lane.quantity === 0) return;
  const quantity = takeVolume(account, lane, i, Math.min(lane.exitLeft, Math.abs(lane.quantity)));
  if (!(quantity > 0)) return;
  lane.exitLeft = lessUnits(account, lane.exitLeft, quantity);
  exit(account, lane, i, quantity, atClose, atMs);
};

function exit(account: Account, lane: Lane, i: number, quantity: number, atClose: boolean, atMs: number): void {
  const side = -signOf(lane);
  const price = takerPrice(account, lane, i, side, marketPrice(lane, i, side, atClose), quantity);
  bookFill(account, lane, side, quantity, price, lane.exitReason, i, atMs);
}

export const signOf = (lane: Lane): number => (lane.quantity > 0 ? 1 : -1);

/** Sizes the entry that is to fill now, where sizes wait for that; one without a size is gone. */
export function sizeEntry(account: Account, lane: Lane, i: number, atClose: boolean): void {
  if (account.plan.size.at === 'decision' || lane.entryFilled || !isEntryDue(lane) || !canFill(account, lane, i))
    return;
  sizeAtFill(account, lane, i, marketPrice(lane, i, lane.entrySide, atClose));
  if (!(lane.entryLeft > 0)) lane.entrySide = 0;
}

/** An entry waits until the position that it turns is closed. */
const isEntryDue = ({ entrySide, quantity }: Lane): boolean => entrySide !== 0 && quantity * entrySide >= 0;

/** Fills the entry at work, as far as the bar's volume goes; its first fill fixes stop and target. */
export const fillEntry: FillOrder = (account, lane, i, atClose, atMs) => {
  if (!isEntryDue(lane)) return;
  const side = lane.entrySide;
  const quantity = takeVolume(account, lane, i, lane.entryLeft);
  if (!(quantity > 0)) return;
  const base = marketPrice(lane, i, side, atClose);
  const price = withEntryCommission(account, takerPrice(account, lane, i, side, base, quantity), side);
  lane.entryLeft = lessUnits(account, lane.entryLeft, quantity);
  bookFill(account, lane, side, quantity, price, ENTRY, i, atMs);
  if (!lane.entryFilled) placeLegs(account, lane, side, price);
  lane.entryFilled = true;
  if (lane.entryLeft === 0) lane.entrySide = 0;
};

function placeLegs({ plan }: Account, lane: Lane, side: number, price: number): void {
  const beside = (distance: number): number =>
    plan.deskRounding && !Number.isNaN(distance) ? deskSum(price, distance) : Math.max(0, price + distance);
  lane.stop = Number.isNaN(lane.stopAsked) ? beside(-side * lane.stopDistance) : lane.stopAsked;
  lane.target = Number.isNaN(lane.targetAsked) ? beside(side * lane.targetDistance) : lane.targetAsked;
  lane.trail = lane.trailDistance;
  if (Number.isNaN(lane.trail)) return;
  const trailed = beside(-side * lane.trail);
  if (Number.isNaN(lane.stop) || (trailed - lane.stop) * side > 0) lane.stop = trailed;
}

/** Fills at the close of bar `i` what was decided there; what it does not get stays at work for the next opens. */
export function fillAtClose(account: Account, lane: Lane, i: number, nowMs: number): void {
  if (!canFill(account, lane, i)) return;
  fillExit(account, lane, i, true, nowMs);
  sizeEntry(account, lane, i, true);
  fillEntry(account, lane, i, true, nowMs);
  lane.mark = lane.market.bars.close[i] as number;
}

export function cancelEntry(lane: Lane): void {
  lane.entrySide = 0;
  lane.entryLeft = 0;
}

/** Closes what is open at the last open or close of the run, whatever the volume. */
export const closeAll: FillOrder = (account, lane, i, atClose, atMs) => {
  cancelEntry(lane);
  if (lane.quantity === 0) return;
  startOrder(lane, FLATTEN);
  lane.exitReason = FLATTEN;
  exit(account, lane, i, Math.abs(lane.quantity), atClose, atMs);
};
