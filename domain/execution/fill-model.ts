/**
 * What one bar does to one order: whether it fills, where in the bar and at which price, and how much of the bar's
 * volume it may take. Prices are quote currency, costs basis points of price. Pure; it books nothing.
 */
import type { Costs, Order, OrderSide } from '../../schemas/execution.ts';
import { compareToDecimal, Decimal, floorToStep, ONE, roundMoney, roundPrice, toDecimal } from '../decimal.ts';
import type { BarRow } from '../market/bar-series.ts';

/** The price an order meets in a bar. `atOpen`: at the bar's first price; else somewhere inside, time unknown. */
export type Touch = { readonly price: Decimal; readonly atOpen: boolean };

const BASIS_POINTS = 10_000;

/** price × (1 + bps / 10,000) for a buy, × (1 − bps / 10,000) for a sell: always against the taker. */
export function priceAgainst(side: OrderSide, price: Decimal, bps: Decimal): Decimal {
  const fraction = bps.div(BASIS_POINTS);
  return roundPrice(price.times(side === 'buy' ? ONE.plus(fraction) : ONE.minus(fraction)));
}

const takerBps = (costs: Costs): Decimal => toDecimal(costs.halfSpreadBps).plus(toDecimal(costs.slippageBps));

/** Commission of a fill: basis points of its value, 8 decimals, half to even. */
export const feeOf = (value: Decimal, costs: Costs): Decimal =>
  roundMoney(value.abs().times(toDecimal(costs.commissionBps)).div(BASIS_POINTS));

/** What all orders of a symbol together may take of one bar, rounded down to the quantity step. */
export const volumeCapOf = (bar: BarRow, costs: Costs): Decimal =>
  floorToStep(toDecimal(costs.volumeFractionMax).times(toDecimal(bar.volume)), toDecimal(costs.quantityStep));

/** A stop that was touched before works like a market order from the next bar on. */
export const isTriggered = (order: Order): boolean =>
  order.type === 'stop' && ((order.triggeredAtMs ?? null) !== null || Number(order.quantityFilled) > 0);

/**
 * Where the order fills in this bar, or null. Volume 0: nothing fills.
 * market: the open, plus half-spread and slippage against the order. stop: on touch at its price, or at the open when
 * the open is beyond it, costs as above. limit: only strictly through, at the better of open and limit, no slippage.
 * `sinceOpen` false = the order came alive inside this bar, so the open was before its time.
 */
export function touchOf(order: Order, bar: BarRow, costs: Costs, sinceOpen = true): Touch | null {
  if (!(bar.volume > 0)) return null;
  if (order.type === 'market' || isTriggered(order)) return takeAt(order.side, toDecimal(bar.open), true, costs);
  return order.type === 'stop' ? stopTouch(order, bar, costs, sinceOpen) : limitTouch(order, bar, sinceOpen);
}

const takeAt = (side: OrderSide, price: Decimal, atOpen: boolean, costs: Costs): Touch => ({
  price: priceAgainst(side, price, takerBps(costs)),
  atOpen,
});

function stopTouch(order: Order, bar: BarRow, costs: Costs, sinceOpen: boolean): Touch | null {
  const stop = order.stopPrice;
  if (stop === null) return null;
  const up = order.side === 'buy';
  const openBeyond = compareToDecimal(bar.open, stop);
  if (sinceOpen && (up ? openBeyond >= 0 : openBeyond <= 0))
    return takeAt(order.side, toDecimal(bar.open), true, costs);
  const reached = compareToDecimal(up ? bar.high : bar.low, stop);
  return (up ? reached >= 0 : reached <= 0) ? takeAt(order.side, toDecimal(stop), false, costs) : null;
}

function limitTouch(order: Order, bar: BarRow, sinceOpen: boolean): Touch | null {
  const limit = order.limitPrice;
  if (limit === null) return null;
  const buys = order.side === 'buy';
  const openBeyond = compareToDecimal(bar.open, limit);
  if (sinceOpen && (buys ? openBeyond < 0 : openBeyond > 0))
    return { price: betterOf(buys, bar.open, limit), atOpen: true };
  const reached = compareToDecimal(buys ? bar.low : bar.high, limit);
  return (buys ? reached < 0 : reached > 0) ? { price: toDecimal(limit), atOpen: false } : null;
}

/** The open, never rounded to a price worse than the limit. */
function betterOf(buys: boolean, open: number, limit: string): Decimal {
  const price = roundPrice(toDecimal(open));
  return buys ? Decimal.min(price, toDecimal(limit)) : Decimal.max(price, toDecimal(limit));
}
