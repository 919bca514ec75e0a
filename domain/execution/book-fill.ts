/**
 * How one fill changes a position: average cost, realised result, round trip. Pure accounting of one position; cash,
 * postings and orders are `settle.ts`. Amounts in quote currency, bought quantities positive.
 */
import type { ClosedTrade, Fill, Order } from '../../schemas/execution.ts';
import { Decimal, roundMoney, ZERO } from '../decimal.ts';
import { closedTradeOf } from './closed-trade.ts';
import type { BookPosition, Trip } from './position.ts';

/** What one fill did: the new position, the cost it took out and put in, the result, and the trip it ended. */
export type Booking = {
  readonly position: BookPosition;
  readonly costRemoved: Decimal;
  readonly costAdded: Decimal;
  readonly realizedPnl: Decimal;
  readonly closedTrade: ClosedTrade | null;
};

type Trade = { readonly order: Order; readonly fill: Fill; readonly price: Decimal };

/**
 * Books a fill of `signed` quantity (positive = bought). A fill against the position reduces it first; what is
 * beyond flat opens the other side, and the fee is split by quantity. Cost leaves pro rata, all of it at flat.
 */
export function bookFill(position: BookPosition, trade: Trade, signed: Decimal, fee: Decimal): Booking {
  const against = !position.quantity.isZero() && position.quantity.isPositive() !== signed.isPositive();
  if (!against) return openPart(position, trade, signed, fee);
  const closing = Decimal.min(signed.abs(), position.quantity.abs());
  if (closing.eq(signed.abs())) return closePart(position, trade, signed, fee);
  const closingSigned = position.quantity.neg();
  const closingFee = roundMoney(fee.times(closing).div(signed.abs()));
  const closed = closePart(position, trade, closingSigned, closingFee);
  const opened = openPart(closed.position, trade, signed.minus(closingSigned), fee.minus(closingFee));
  return { ...closed, position: opened.position, costAdded: opened.costAdded };
}

function openPart(position: BookPosition, trade: Trade, signed: Decimal, fee: Decimal): Booking {
  const value = signed.times(trade.price);
  const trip = position.trip ?? emptyTrip(trade.order);
  const wasFlat = position.quantity.isZero();
  const opened: BookPosition = {
    ...position,
    quantity: position.quantity.plus(signed),
    cost: position.cost.plus(value),
    markPrice: trade.price,
    leverage: wasFlat ? trade.order.leverage : position.leverage,
    fees: position.fees.plus(fee),
    openedAtMs: wasFlat ? trade.fill.atMs : position.openedAtMs,
    fundingDoneMs: wasFlat ? trade.fill.atMs : position.fundingDoneMs,
    trip: {
      ...trip,
      entryQuantity: trip.entryQuantity.plus(signed.abs()),
      entryValue: trip.entryValue.plus(value.abs()),
      fees: trip.fees.plus(fee),
    },
  };
  return { position: opened, costRemoved: ZERO, costAdded: value, realizedPnl: ZERO, closedTrade: null };
}

function closePart(position: BookPosition, trade: Trade, signed: Decimal, fee: Decimal): Booking {
  const left = position.quantity.plus(signed);
  const costRemoved = left.isZero()
    ? position.cost
    : roundMoney(position.cost.times(signed.abs()).div(position.quantity.abs()));
  const value = signed.times(trade.price);
  const realizedPnl = value.neg().minus(costRemoved);
  const before = position.trip ?? emptyTrip(trade.order);
  const trip: Trip = {
    ...before,
    exitQuantity: before.exitQuantity.plus(signed.abs()),
    exitValue: before.exitValue.plus(value.abs()),
    realizedPnl: before.realizedPnl.plus(realizedPnl),
    fees: before.fees.plus(fee),
  };
  const reduced: BookPosition = {
    ...position,
    quantity: left,
    cost: position.cost.minus(costRemoved),
    markPrice: trade.price,
    realizedPnl: position.realizedPnl.plus(realizedPnl),
    fees: position.fees.plus(fee),
    trip,
  };
  const closedTrade = left.isZero() ? closedTradeOf(position, trip, trade.order, trade.fill) : null;
  const kept = left.isZero() ? { ...reduced, openedAtMs: null, fundingDoneMs: null, trip: null } : reduced;
  return { position: kept, costRemoved, costAdded: ZERO, realizedPnl, closedTrade };
}

const emptyTrip = (order: Order): Trip => ({
  decisionId: order.decisionId,
  sessionId: order.sessionId,
  venue: order.venue,
  simulated: order.simulated,
  entryQuantity: ZERO,
  entryValue: ZERO,
  exitQuantity: ZERO,
  exitValue: ZERO,
  realizedPnl: ZERO,
  fees: ZERO,
  funding: ZERO,
});
