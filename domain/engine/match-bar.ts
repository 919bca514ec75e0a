/**
 * One bar of one symbol against its lane, in the order every driver uses: funding and borrowing due, orders at the
 * open, liquidation, stop (a gap through it fills at the open), target (only strictly through), funding inside, mark at
 * the close. Bars hide the order of prices, so what cannot be known is decided against the account.
 */
import { marketPrice, startOrder, takerPrice, withEntryCommission } from './costs.ts';
import { bookFill } from './fills.ts';
import { deskMoney, deskSum } from './numbers.ts';
import { sizedAtFill } from './size.ts';
import { type Account, ENTRY, FLATTEN, type Lane, LIQUIDATION, STOP, TARGET } from './state.ts';

export function matchBar(account: Account, lane: Lane, i: number): void {
  if (lane.quantity === 0 && lane.entrySide === 0) return;
  const { bars } = lane.market;
  const openMs = bars.openTimeMs[i] as number;
  if (lane.funding !== null) payFunding(account, lane, lane.funding.atOpen[i] as number);
  if (i > 0) payBorrow(account, lane, openMs - (bars.openTimeMs[i - 1] as number) - bars.intervalMs);
  if (canFill(account, lane, i)) trade(account, lane, i, openMs);
  if (lane.quantity === 0) return;
  lane.mark = bars.close[i] as number;
  if (lane.funding !== null) payFunding(account, lane, lane.funding.inside[i] as number);
  payBorrow(account, lane, bars.intervalMs);
}

/** Where volume counts, a bar without any fills nothing; nor does one outside the market's hours. */
function canFill({ plan }: Account, lane: Lane, i: number): boolean {
  if (plan.volumeFractionMax !== null && !((lane.market.bars.volume[i] as number) > 0)) return false;
  return plan.rules === null || lane.market.trades === null || lane.market.trades[i] === 1;
}

function trade(account: Account, lane: Lane, i: number, openMs: number): void {
  let left = volumeOf(account, lane, i);
  left = fillExit(account, lane, i, left, false, openMs);
  left = fillEntry(account, lane, i, left, false, openMs);
  if (lane.stopTouched) left = fillStop(account, lane, i, left, marketPrice(lane, i, -signOf(lane), false), openMs);
  if (lane.quantity === 0) return;
  if (account.plan.closeLast === 'open' && i === lane.last) closeAll(account, lane, i, false, openMs);
  else tradeInside(account, lane, i, left, openMs);
}

const signOf = (lane: Lane): number => (lane.quantity > 0 ? 1 : -1);

/** What all orders of the symbol together may take of the bar, in whole steps. */
function volumeOf({ plan, perUnit }: Account, lane: Lane, i: number): number {
  if (plan.volumeFractionMax === null) return Number.POSITIVE_INFINITY;
  const steps = plan.volumeFractionMax * (lane.market.bars.volume[i] as number) * perUnit;
  return Math.floor(steps * (1 + 4e-16)) / perUnit;
}

const taken = (wanted: number, left: number): number => (wanted <= left ? wanted : left);

const rest = (account: Account, left: number, quantity: number): number =>
  left === Number.POSITIVE_INFINITY ? left : Math.round((left - quantity) * account.perUnit) / account.perUnit;

/** Fills the exit at work at the market; gives back what is left of the volume. */
export function fillExit(
  account: Account,
  lane: Lane,
  i: number,
  left: number,
  atClose: boolean,
  atMs: number,
): number {
  if (lane.exitLeft === 0 || lane.quantity === 0) return left;
  const held = Math.abs(lane.quantity);
  const quantity = taken(Math.min(lane.exitLeft, held), left);
  if (!(quantity > 0)) return left;
  const side = -signOf(lane);
  const price = takerPrice(account, lane, i, side, marketPrice(lane, i, side, atClose), quantity);
  lane.exitLeft = rest(account, lane.exitLeft, quantity);
  bookFill(account, lane, side, quantity, price, lane.exitReason, i, atMs);
  return rest(account, left, quantity);
}

/**
 * Fills the entry at work at the market, once the position it turns is closed; its first fill fixes stop and target.
 */
export function fillEntry(
  account: Account,
  lane: Lane,
  i: number,
  left: number,
  atClose: boolean,
  atMs: number,
): number {
  const side = lane.entrySide;
  if (side === 0 || lane.quantity * side < 0) return left;
  const base = marketPrice(lane, i, side, atClose);
  if (lane.entryLeft === 0 && !sizedAtFill(account, lane, i, base)) return left;
  const quantity = taken(lane.entryLeft, left);
  if (!(quantity > 0)) return left;
  const price = withEntryCommission(account, takerPrice(account, lane, i, side, base, quantity), side);
  lane.entryLeft = rest(account, lane.entryLeft, quantity);
  bookFill(account, lane, side, quantity, price, ENTRY, i, atMs);
  if (!lane.entryFilled) placeLegs(account, lane, side, price);
  lane.entryFilled = true;
  if (lane.entryLeft === 0) lane.entrySide = 0;
  return rest(account, left, quantity);
}

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

function tradeInside(account: Account, lane: Lane, i: number, left: number, openMs: number): void {
  const { open, high, low } = lane.market.bars;
  const long = lane.quantity > 0;
  const openPrice = open[i] as number;
  const worst = (long ? low[i] : high[i]) as number;
  if (account.plan.leverage > 1 && liquidated(account, lane, i, openPrice, worst, openMs)) return;
  const { stop } = lane;
  if (!lane.stopTouched && (long ? worst <= stop : worst >= stop)) {
    const gapped = long ? openPrice <= stop : openPrice >= stop;
    left = fillStop(account, lane, i, left, gapped ? openPrice : stop, openMs);
    if (lane.quantity === 0 || lane.stopTouched) return;
  }
  const { target } = lane;
  if (long ? (high[i] as number) > target : (low[i] as number) < target) {
    const gapped = long ? openPrice > target : openPrice < target;
    fillTarget(account, lane, i, left, gapped ? openPrice : target, openMs);
  }
}

/** A stop that gets less than it wants takes its target and the rest of the entry off the book. */
function fillStop(account: Account, lane: Lane, i: number, left: number, base: number, openMs: number): number {
  const wanted = Math.abs(lane.quantity);
  const side = -signOf(lane);
  const quantity = taken(wanted, left);
  if (!lane.stopTouched) startOrder(lane, STOP);
  if (quantity < wanted) {
    lane.stopTouched = true;
    lane.target = Number.NaN;
  }
  cancelEntry(lane);
  if (!(quantity > 0)) return left;
  bookFill(account, lane, side, quantity, takerPrice(account, lane, i, side, base, quantity), STOP, i, openMs);
  return rest(account, left, quantity);
}

function fillTarget(account: Account, lane: Lane, i: number, left: number, price: number, openMs: number): void {
  const quantity = taken(Math.abs(lane.quantity), left);
  if (!(quantity > 0)) return;
  cancelEntry(lane);
  bookFill(account, lane, -signOf(lane), quantity, price, TARGET, i, openMs);
}

export function cancelEntry(lane: Lane): void {
  lane.entrySide = 0;
  lane.entryLeft = 0;
}

/**
 * Isolated liquidation (Gate, OKX): long at entry × (1 − 1/L) / (1 − buffer), short at entry × (1 + 1/L) / (1 +
 * buffer), buffer = maintenance margin + taker fee. Whole, at that price or at the open on a gap, whatever the volume.
 */
function liquidated(
  account: Account,
  lane: Lane,
  i: number,
  openPrice: number,
  worst: number,
  openMs: number,
): boolean {
  const price = liquidationPrice(account, lane);
  const long = lane.quantity > 0;
  if (long ? worst > price : worst < price) return false;
  const gapped = long ? openPrice <= price : openPrice >= price;
  cancelEntry(lane);
  startOrder(lane, LIQUIDATION);
  account.ordersSent += 1;
  const quantity = Math.abs(lane.quantity);
  bookFill(account, lane, long ? -1 : 1, quantity, gapped ? openPrice : price, LIQUIDATION, i, openMs);
  return true;
}

export function liquidationPrice({ plan }: Account, { quantity, entryPrice }: Lane): number {
  const fee = plan.commission.kind === 'bps' ? plan.commission.bps / 10_000 : 0;
  const buffer = plan.maintenanceMarginFraction + fee;
  const price =
    quantity > 0
      ? (entryPrice * (1 - 1 / plan.leverage)) / (1 - buffer)
      : (entryPrice * (1 + 1 / plan.leverage)) / (1 + buffer);
  return plan.deskRounding ? deskSum(price, 0) : price;
}

/** Sells what is open at the last open or close of the run. */
export function closeAll(account: Account, lane: Lane, i: number, atClose: boolean, atMs: number): void {
  cancelEntry(lane);
  if (lane.quantity === 0) return;
  startOrder(lane, FLATTEN);
  lane.exitReason = FLATTEN;
  lane.exitLeft = Math.abs(lane.quantity);
  fillExit(account, lane, i, Number.POSITIVE_INFINITY, atClose, atMs);
}

function payFunding(account: Account, lane: Lane, instants: number): void {
  if (instants === 0 || lane.quantity === 0) return;
  const { fundingRate, deskRounding } = account.plan;
  pay(account, lane, lane.quantity * lane.mark * fundingRate, instants, deskRounding);
}

function pay(account: Account, lane: Lane, amount: number, times: number, rounded: boolean): void {
  const paid = (rounded ? deskMoney(amount) : amount) * times;
  account.cash -= paid;
  lane.tripFunding += paid;
}

const YEAR_MS = 365 * 86_400_000;

/** By the clock: nights, weekends and what is missing cost as much as bars do. */
function payBorrow(account: Account, lane: Lane, heldMs: number): void {
  const { borrowRate } = account.plan;
  if (borrowRate === 0 || !(lane.quantity < 0 && heldMs > 0)) return;
  pay(account, lane, (-lane.quantity * lane.mark * borrowRate * heldMs) / YEAR_MS, 1, false);
}
