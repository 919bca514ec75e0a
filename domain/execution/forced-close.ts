/**
 * Liquidation in the book: a leveraged position whose price reached its isolated liquidation price is closed whole,
 * before its stop, outside the volume cap (the venue takes it over), at that price or at the open on a gap.
 * At the price the loss stays within the margin; on a gap it may exceed it, and the account bears all of it.
 */
import type { Costs, Order } from '../../schemas/execution.ts';
import { type Decimal, decimalText, roundPrice, toDecimal } from '../decimal.ts';
import type { BarRow } from '../market/bar-series.ts';
import type { Draft } from './draft.ts';
import { clientOrderIdOf } from './identity.ts';
import { gateOkxLiquidationPrice } from './liquidation.ts';
import type { BookPosition, Trip } from './position.ts';
import { settle } from './settle.ts';

/** Far above the rounding of doubles, far below a tick: closer than this the exact formula decides. */
const SCREEN_MARGIN = 1e-6;

/** The liquidation price of a leveraged position; null without leverage. Margin = |cost| / leverage. */
export function liquidationPriceOf(position: BookPosition, costs: Costs): Decimal | null {
  if (position.leverage <= 1 || position.quantity.isZero()) return null;
  const quantity = position.quantity.abs();
  const cost = position.cost.abs();
  const price = gateOkxLiquidationPrice({
    side: position.quantity.isPositive() ? 'long' : 'short',
    quantity,
    entryPrice: cost.div(quantity),
    margin: cost.div(position.leverage),
    maintenanceMarginFraction: toDecimal(costs.maintenanceMarginFraction),
    takerFeeFraction: toDecimal(costs.commissionBps).div(10_000),
  });
  return roundPrice(price);
}

/** Closes the symbol's positions that the bar liquidates. `sinceOpen`: was the position held at the open? */
export function liquidate(
  draft: Draft,
  symbol: string,
  bar: BarRow,
  costs: Costs,
  sinceOpen: (position: BookPosition) => boolean,
): void {
  for (const position of draft.positions) {
    if (position.symbol !== symbol || isFarAway(position, bar, costs)) continue;
    const price = executionPrice(position, bar, costs, sinceOpen(position));
    if (price === null || position.trip === null) continue;
    const order = liquidationOrder(draft, position, position.trip, bar.openTimeMs);
    settle(draft, order, { quantity: position.quantity.abs(), price, atMs: bar.openTimeMs }, costs);
  }
}

function executionPrice(position: BookPosition, bar: BarRow, costs: Costs, sinceOpen: boolean): Decimal | null {
  const price = liquidationPriceOf(position, costs);
  if (price === null) return null;
  const long = position.quantity.isPositive();
  const reached = (value: number): boolean => (long ? price.gte(toDecimal(value)) : price.lte(toDecimal(value)));
  if (sinceOpen && reached(bar.open)) return roundPrice(toDecimal(bar.open));
  if (!reached(long ? bar.low : bar.high)) return null;
  // A price beyond the whole bar (margin gone at the entry itself) cannot trade: the bar's edge is what there is.
  return price.isFinite() && inside(price, bar) ? price : roundPrice(toDecimal(long ? bar.high : bar.low));
}

const inside = (price: Decimal, bar: BarRow): boolean =>
  price.gte(toDecimal(bar.low)) && price.lte(toDecimal(bar.high));

/** A cheap screen in doubles: true only when the bar is certainly out of reach of the liquidation price. */
function isFarAway(position: BookPosition, bar: BarRow, costs: Costs): boolean {
  if (position.leverage <= 1 || position.quantity.isZero()) return true;
  const entryPrice = position.cost.toNumber() / position.quantity.toNumber();
  const buffer = costs.maintenanceMarginFraction + costs.commissionBps / 10_000;
  if (position.quantity.isPositive()) {
    const price = (entryPrice * (1 - 1 / position.leverage)) / (1 - buffer);
    return buffer < 1 && bar.low > price * (1 + SCREEN_MARGIN);
  }
  const price = (entryPrice * (1 + 1 / position.leverage)) / (1 + buffer);
  return bar.high < price * (1 - SCREEN_MARGIN);
}

/** The venue's own order, under the decision that opened the position. */
function liquidationOrder(draft: Draft, position: BookPosition, trip: Trip, atMs: number): Order {
  return {
    decisionId: trip.decisionId,
    leg: 'liquidation',
    clientOrderId: clientOrderIdOf(trip.decisionId, 'liquidation'),
    accountId: draft.accountId,
    strategyId: position.strategyId,
    symbol: position.symbol,
    side: position.quantity.isPositive() ? 'sell' : 'buy',
    type: 'market',
    quantity: decimalText(position.quantity.abs()),
    limitPrice: null,
    stopPrice: null,
    distanceFromEntry: null,
    leverage: position.leverage,
    reduceOnly: true,
    createdAtMs: atMs,
    sessionId: trip.sessionId,
    venue: trip.venue,
    venueOrderId: null,
    simulated: trip.simulated,
    state: 'ACKED',
    quantityFilled: '0',
    sentAtMs: atMs,
  };
}
