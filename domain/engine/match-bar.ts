/**
 * One bar of one symbol against its lane, in the order every driver uses: funding and borrowing due, orders at the
 * open, liquidation, stop (a gap through it fills at the open), target (only strictly through), funding inside, mark at
 * the close. Bars hide the order of prices, so what cannot be known is decided against the account.
 */
import { marketPrice, startOrder, takerPrice } from './costs.ts';
import { cancelEntry, closeAll, fillEntry, fillExit, signOf, sizeEntry } from './fill-orders.ts';
import { bookFill } from './fills.ts';
import { deskMoney, deskSum } from './numbers.ts';
import { type Account, type Lane, LIQUIDATION, STOP, TARGET } from './state.ts';
import { canFill, takeVolume } from './volume.ts';

export function matchBar(account: Account, lane: Lane, i: number): void {
  if (lane.quantity === 0 && lane.entrySide === 0) return;
  openBar(account, lane, i);
  if (lane.entrySide !== 0) sizeAtOpen(account, lane, i);
  finishBar(account, lane, i);
}

/** What is due at the open and opens nothing. What is still held is valued there, so that entries can be sized. */
export function openBar(account: Account, lane: Lane, i: number): void {
  const { bars } = lane.market;
  const openMs = bars.openTimeMs[i] as number;
  if (lane.funding !== null) payFunding(account, lane, lane.funding.atOpen[i] as number);
  if (i > 0) payBorrow(account, lane, openMs - (bars.openTimeMs[i - 1] as number) - bars.intervalMs);
  if (lane.exitLeft !== 0 && canFill(account, lane, i)) fillExit(account, lane, i, false, openMs);
  if (lane.quantity !== 0) lane.mark = bars.open[i] as number;
}

export const sizeAtOpen = (account: Account, lane: Lane, i: number): void => sizeEntry(account, lane, i, false);

/** The entry at the open, and what happens inside the bar. */
export function finishBar(account: Account, lane: Lane, i: number): void {
  const { bars } = lane.market;
  if (canFill(account, lane, i)) trade(account, lane, i, bars.openTimeMs[i] as number);
  if (lane.quantity === 0) return;
  lane.mark = bars.close[i] as number;
  if (lane.funding !== null) payFunding(account, lane, lane.funding.inside[i] as number);
  payBorrow(account, lane, bars.intervalMs);
}

function trade(account: Account, lane: Lane, i: number, openMs: number): void {
  fillEntry(account, lane, i, false, openMs);
  if (lane.stopTouched) fillStop(account, lane, i, marketPrice(lane, i, -signOf(lane), false), openMs);
  if (lane.quantity === 0) return;
  if (account.plan.closeLast === 'open' && i === lane.last) closeAll(account, lane, i, false, openMs);
  else tradeInside(account, lane, i, openMs);
}

function tradeInside(account: Account, lane: Lane, i: number, openMs: number): void {
  const { open, high, low } = lane.market.bars;
  const long = lane.quantity > 0;
  const openPrice = open[i] as number;
  const worst = (long ? low[i] : high[i]) as number;
  if (account.plan.leverage > 1 && liquidated(account, lane, i, openPrice, worst, openMs)) return;
  const { stop } = lane;
  if (!lane.stopTouched && (long ? worst <= stop : worst >= stop)) {
    const gapped = long ? openPrice <= stop : openPrice >= stop;
    fillStop(account, lane, i, gapped ? openPrice : stop, openMs);
    if (lane.quantity === 0 || lane.stopTouched) return;
  }
  const { target } = lane;
  if (long ? (high[i] as number) > target : (low[i] as number) < target) {
    const gapped = long ? openPrice > target : openPrice < target;
    fillTarget(account, lane, i, gapped ? openPrice : target, openMs);
  }
}

/** A stop that gets less than it wants takes its target and the rest of the entry off the book. */
function fillStop(account: Account, lane: Lane, i: number, base: number, openMs: number): void {
  const wanted = Math.abs(lane.quantity);
  const side = -signOf(lane);
  const quantity = takeVolume(account, lane, i, wanted);
  if (!lane.stopTouched) startOrder(lane, STOP);
  if (quantity < wanted) {
    lane.stopTouched = true;
    lane.target = Number.NaN;
  }
  cancelEntry(lane);
  if (!(quantity > 0)) return;
  bookFill(account, lane, side, quantity, takerPrice(account, lane, i, side, base, quantity), STOP, i, openMs);
}

function fillTarget(account: Account, lane: Lane, i: number, price: number, openMs: number): void {
  const quantity = takeVolume(account, lane, i, Math.abs(lane.quantity));
  if (!(quantity > 0)) return;
  cancelEntry(lane);
  bookFill(account, lane, -signOf(lane), quantity, price, TARGET, i, openMs);
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
