/** The record of a round trip, written when its position goes flat. Not the review of it: that is learning. */
import type { ClosedTrade, ExitReason, Fill, Order } from '../../schemas/execution.ts';
import { decimalText, roundPrice } from '../decimal.ts';
import type { BookPosition, Trip } from './position.ts';

/** Net result = realised − fees − funding; prices are averages over the parts. Its id is the last fill's. */
export function closedTradeOf(before: BookPosition, trip: Trip, order: Order, fill: Fill): ClosedTrade {
  return {
    tradeId: fill.tradeId,
    symbol: before.symbol,
    strategyId: before.strategyId,
    side: before.quantity.isPositive() ? 'long' : 'short',
    quantity: decimalText(trip.entryQuantity),
    entryAtMs: before.openedAtMs ?? fill.atMs,
    entryPrice: decimalText(roundPrice(trip.entryValue.div(trip.entryQuantity))),
    exitAtMs: fill.atMs,
    exitPrice: decimalText(roundPrice(trip.exitValue.div(trip.exitQuantity))),
    pnl: decimalText(trip.realizedPnl.minus(trip.fees).minus(trip.funding)),
    fees: decimalText(trip.fees),
    funding: decimalText(trip.funding),
    decisionId: trip.decisionId,
    exitReason: exitReasonOf(order),
  };
}

function exitReasonOf(order: Order): ExitReason {
  if (order.leg === 'stop' || order.leg === 'target' || order.leg === 'liquidation') return order.leg;
  return order.exitReason ?? 'signal';
}
