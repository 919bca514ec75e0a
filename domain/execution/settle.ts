/**
 * Books one execution into a draft: fill, cash, position, postings, the order's new state and its group.
 * Cash moves by quantity × price and by the fee; a short receives cash, borrowed cash may go below zero.
 */
import type { Costs, Fill, Order, OrderState } from '../../schemas/execution.ts';
import { type Decimal, decimalText, toDecimal } from '../decimal.ts';
import { bookFill } from './book-fill.ts';
import { type Draft, positionOf, setOrder, setPosition } from './draft.ts';
import { feeOf } from './fill-model.ts';
import { tradeIdOf } from './identity.ts';
import { fillEntries } from './ledger.ts';
import { afterFill } from './legs.ts';
import { moveOrder } from './order-state.ts';
import { flatPosition } from './position.ts';

export type Execution = { readonly quantity: Decimal; readonly price: Decimal; readonly atMs: number };

/** Books the execution of a working order. The quantity must not exceed what is left of the order. */
export function settle(draft: Draft, order: Order, execution: Execution, costs: Costs): void {
  const { quantity, price } = execution;
  const signed = order.side === 'buy' ? quantity : quantity.neg();
  const fee = feeOf(quantity.times(price), costs);
  const fill = fillOf(draft, order, execution, fee);
  const before = positionOf(draft, order.strategyId, order.symbol) ?? flatPosition(order.strategyId, order.symbol);
  const booking = bookFill(before, { order, fill, price }, signed, fee);
  draft.cash = draft.cash.minus(signed.times(price)).minus(fee);
  draft.fills.push(fill);
  draft.entries.push(...fillEntries(draft, fill, booking, fee, order.leg === 'liquidation'));
  if (booking.closedTrade !== null) draft.closedTrades.push(booking.closedTrade);
  setPosition(draft, booking.position);
  const filled = withFill(order, quantity);
  setOrder(draft, filled);
  afterFill(draft, filled, quantity, price, booking.closedTrade !== null);
}

function fillOf(draft: Draft, order: Order, execution: Execution, fee: Decimal): Fill {
  return {
    venue: order.venue,
    accountId: draft.accountId,
    tradeId: tradeIdOf(order.clientOrderId, execution.atMs),
    clientOrderId: order.clientOrderId,
    strategyId: order.strategyId,
    symbol: order.symbol,
    side: order.side,
    quantity: decimalText(execution.quantity),
    price: decimalText(execution.price),
    fee: decimalText(fee),
    atMs: execution.atMs,
  };
}

/** What is left of an order. */
export const quantityLeftOf = (order: Order): Decimal =>
  toDecimal(order.quantity).minus(toDecimal(order.quantityFilled));

function withFill(order: Order, quantity: Decimal): Order {
  const quantityFilled = toDecimal(order.quantityFilled).plus(quantity);
  const left = toDecimal(order.quantity).minus(quantityFilled);
  if (left.isNegative()) throw new RangeError(`order ${order.clientOrderId} would fill more than was ordered`);
  return { ...order, quantityFilled: decimalText(quantityFilled), state: stateAfterFill(order.state, left) };
}

function stateAfterFill(state: OrderState, left: Decimal): OrderState {
  if (left.isZero()) return moveOrder(state, 'FILLED');
  return state === 'ACKED' ? moveOrder(state, 'PARTIAL') : state;
}
