/**
 * What a fill costs: the price it gets and its commission. Mirrors of the plan's models, in doubles; the sources of the
 * models are named in `plan.ts`.
 */
import { deskMoney, deskPrice } from './numbers.ts';
import type { Account, Lane } from './state.ts';

/** Where a market order of that side meets the market: quotes where there are any, else the bar's own price. */
export function marketPrice(lane: Lane, i: number, side: number, atClose: boolean): number {
  const { quotes, bars } = lane.market;
  if (quotes === null) return (atClose ? bars.close[i] : bars.open[i]) as number;
  const column = side > 0 ? (atClose ? quotes.askClose : quotes.askOpen) : atClose ? quotes.bidClose : quotes.bidOpen;
  return column[i] as number;
}

/** What a seller gets at least of the price an order meets, however large the slippage of its model. */
export const PRICE_KEPT_MIN = 0.01;

/** The price an order that takes `base` gets for `quantity` units. */
export function takerPrice(
  account: Account,
  lane: Lane,
  i: number,
  side: number,
  base: number,
  quantity: number,
): number {
  const { plan, takerBps } = account;
  const { slippage } = plan;
  if (slippage.kind === 'bps') {
    return plan.deskRounding ? deskPrice(base, side, takerBps) : base * (1 + (side * takerBps) / 10_000);
  }
  const factor = 1 + side * (takerBps / 10_000 + impactOf(account, lane, i, base, quantity));
  return base * Math.max(PRICE_KEPT_MIN, factor);
}

function impactOf({ plan }: Account, lane: Lane, i: number, base: number, quantity: number): number {
  const { slippage, volumeFractionMax } = plan;
  if (slippage.kind === 'volumeShare') {
    const volume = lane.market.bars.volume[i] as number;
    const share = Math.min(volume > 0 ? quantity / volume : 0, volumeFractionMax ?? 1);
    return slippage.impact * share * share;
  }
  const atr = slippage.kind === 'volatility' ? slippage.atr * (lane.market.atr[Math.max(0, i - 1)] as number) : 0;
  return atr > 0 && base > 0 ? atr / base : 0;
}

/** An entry's price with the part of the commission that lies in it. */
export function withEntryCommission({ plan: { commission } }: Account, price: number, side: number): number {
  return commission.kind === 'entryPrice' ? price * (1 + side * commission.fraction) : price;
}

/** Commission of a fill; of a model with a minimum what the order owes by now less what it has paid. */
export function feeOf(account: Account, lane: Lane, quantity: number, price: number, kind: number): number {
  const { commission, deskRounding } = account.plan;
  if (commission.kind === 'bps') {
    const fee = quantity * price * (commission.bps / 10_000);
    return deskRounding ? deskMoney(fee) : fee;
  }
  if (commission.kind === 'entryPrice') return 0;
  if (lane.orderKind !== kind) startOrder(lane, kind);
  lane.orderUnits += quantity;
  const owed = Math.max(commission.minimum, commission.fee + commission.cost * lane.orderUnits);
  const fee = Math.max(0, owed - lane.orderFees);
  lane.orderFees += fee;
  return fee;
}

export function startOrder(lane: Lane, kind: number): void {
  lane.orderKind = kind;
  lane.orderUnits = 0;
  lane.orderFees = 0;
}

/** The commission of an order of so many units at that price, filled at once. */
export function orderFee({ plan: { commission } }: Account, quantity: number, price: number): number {
  if (commission.kind === 'bps') return quantity * price * (commission.bps / 10_000);
  if (commission.kind === 'entryPrice') return 0;
  return quantity > 0 ? Math.max(commission.minimum, commission.fee + commission.cost * quantity) : 0;
}
