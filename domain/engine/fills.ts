/**
 * Books one fill: cash, position, round trip, logs. Cash moves by quantity × price and by the commission; a position
 * has average cost; a trade is written when its position goes flat.
 */
import { feeOf } from './costs.ts';
import { deskMoney } from './numbers.ts';
import { type Account, ENTRY, FILL, type Lane, newRow, TRADE } from './state.ts';

/** @param quantity above 0. The position of the other side must not be smaller: a fill never goes through flat. */
export function bookFill(
  account: Account,
  lane: Lane,
  side: number,
  quantity: number,
  price: number,
  kind: number,
  i: number,
  atMs: number,
): void {
  const value = side * quantity * price;
  const fee = feeOf(account, lane, quantity, price, kind);
  account.cash = account.cash - value - fee;
  logFill(account, lane, side * quantity, price, fee, kind, i, atMs);
  lane.tripFees += fee;
  if (kind === ENTRY) openPart(account, lane, side, quantity, price, value, i, atMs);
  else closePart(account, lane, side, quantity, price, value, kind, i, atMs);
}

function logFill(
  { fills }: Account,
  lane: Lane,
  signed: number,
  price: number,
  fee: number,
  kind: number,
  i: number,
  atMs: number,
): void {
  const at = newRow(fills);
  fills.cells[at + FILL.lane] = lane.place;
  fills.cells[at + FILL.atMs] = atMs;
  fills.cells[at + FILL.quantity] = signed;
  fills.cells[at + FILL.price] = price;
  fills.cells[at + FILL.fee] = fee;
  fills.cells[at + FILL.kind] = kind;
  fills.cells[at + FILL.bar] = i;
}

function openPart(
  { perUnit }: Account,
  lane: Lane,
  side: number,
  quantity: number,
  price: number,
  value: number,
  i: number,
  atMs: number,
): void {
  if (lane.quantity === 0) {
    lane.quantity = side * quantity;
    lane.cost = value;
    lane.entryPrice = price;
    lane.tripEntryPrice = price;
    lane.entryBar = i;
    lane.entryAtMs = atMs;
  } else {
    lane.quantity = Math.round((lane.quantity + side * quantity) * perUnit) / perUnit;
    lane.cost += value;
    lane.entryPrice = lane.cost / lane.quantity;
    lane.tripEntryPrice = (lane.tripValue + quantity * price) / (lane.tripQuantity + quantity);
  }
  lane.mark = price;
  lane.tripQuantity += quantity;
  lane.tripValue += quantity * price;
}

function closePart(
  account: Account,
  lane: Lane,
  side: number,
  quantity: number,
  price: number,
  value: number,
  kind: number,
  i: number,
  atMs: number,
): void {
  const whole = quantity === Math.abs(lane.quantity);
  const share = (lane.cost * quantity) / Math.abs(lane.quantity);
  const removed = whole ? lane.cost : account.plan.deskRounding ? deskMoney(share) : share;
  lane.tripRealized += -value - removed;
  lane.tripExitQuantity += quantity;
  lane.tripExitValue += quantity * price;
  lane.tripExitPrice = lane.tripExitQuantity === quantity ? price : lane.tripExitValue / lane.tripExitQuantity;
  lane.mark = price;
  if (whole) {
    logTrade(account, lane, -side, kind, i, atMs);
    goFlat(lane);
    return;
  }
  lane.cost -= removed;
  lane.quantity = Math.round((lane.quantity + side * quantity) * account.perUnit) / account.perUnit;
}

function logTrade({ trades }: Account, lane: Lane, side: number, reason: number, i: number, atMs: number): void {
  const at = newRow(trades);
  const { cells } = trades;
  cells[at + TRADE.lane] = lane.place;
  cells[at + TRADE.side] = side;
  cells[at + TRADE.quantity] = lane.tripQuantity;
  cells[at + TRADE.entryAtMs] = lane.entryAtMs;
  cells[at + TRADE.entryPrice] = lane.tripEntryPrice;
  cells[at + TRADE.exitAtMs] = atMs;
  cells[at + TRADE.exitPrice] = lane.tripExitPrice;
  cells[at + TRADE.pnl] = lane.tripRealized - lane.tripFees - lane.tripFunding;
  cells[at + TRADE.fees] = lane.tripFees;
  cells[at + TRADE.funding] = lane.tripFunding;
  cells[at + TRADE.reason] = reason;
  cells[at + TRADE.entryBar] = lane.entryBar;
  cells[at + TRADE.exitBar] = i;
}

/** Nothing is held any more: the trip, the legs and what closes it end. An entry at work stays. */
function goFlat(lane: Lane): void {
  lane.quantity = 0;
  lane.cost = 0;
  lane.stop = Number.NaN;
  lane.target = Number.NaN;
  lane.trail = Number.NaN;
  lane.stopTouched = false;
  lane.exitLeft = 0;
  lane.tripQuantity = 0;
  lane.tripValue = 0;
  lane.tripExitQuantity = 0;
  lane.tripExitValue = 0;
  lane.tripFees = 0;
  lane.tripFunding = 0;
  lane.tripRealized = 0;
}
