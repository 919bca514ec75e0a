/**
 * Books one execution into a draft: fill, cash, position, postings, the order's new state and its group.
 * Cash moves by quantity × price and by the fee; a short receives cash, borrowed cash may go below
 * zero. A fee taken of the coin is booked as what it is worth: less is held, at the same price,
 * and the rest of the cash that went is the fee.
 */
import type { Costs, Fill, Order, OrderState } from '../../schemas/execution.ts';
import { type Decimal, decimalText, toDecimal } from '../decimal.ts';
import { bookFill } from './book-fill.ts';
import { type Draft, positionOf, setOrder, setPosition } from './draft.ts';
import { feeOf } from './fill-model.ts';
import { heldByFill } from './held-by-fill.ts';
import { tradeIdOf } from './identity.ts';
import { fillEntries } from './ledger.ts';
import { afterFill } from './legs.ts';
import { isTerminal, moveOrder } from './order-state.ts';
import { flatPosition } from './position.ts';

export type Execution = { readonly quantity: Decimal; readonly price: Decimal; readonly atMs: number };
/**
 * An execution as its venue names and charges it. `fee` is all of it in quote currency; `feeQuantity`: the
 * part of it that was taken of the traded coin.
 */
export type NamedExecution = Execution & {
  readonly tradeId: string;
  readonly fee: Decimal;
  readonly feeQuantity?: Decimal;
};

/** Books the execution of a working order at the paper book's costs; its group follows. */
export function settle(draft: Draft, order: Order, execution: Execution, costs: Costs): void {
  const { quantity, price, atMs } = execution;
  const named = {
    ...execution,
    tradeId: tradeIdOf(order.clientOrderId, atMs),
    fee: feeOf(quantity.times(price), costs),
  };
  const { filled, closed } = bookExecution(draft, order, named);
  afterFill(draft, filled, quantity, price, closed);
}

/** Fill, cash, position, postings and the order's own state. The quantity must not exceed what is left of the order. */
export function bookExecution(
  draft: Draft,
  order: Order,
  execution: NamedExecution,
): { readonly filled: Order; readonly closed: boolean } {
  const { quantity, price, fee } = execution;
  const fill = fillOf(draft, order, execution);
  const signed = heldByFill(fill);
  const before = positionOf(draft, order.strategyId, order.symbol) ?? flatPosition(order.strategyId, order.symbol);
  const booking = bookFill(before, { order, fill, price }, signed, fee);
  draft.cash = draft.cash.minus(signed.times(price)).minus(fee);
  draft.fills.push(fill);
  draft.entries.push(...fillEntries(draft, fill, booking, fee, order.leg === 'liquidation'));
  if (booking.closedTrade !== null) draft.closedTrades.push(booking.closedTrade);
  setPosition(draft, booking.position);
  const filled = withFill(order, quantity);
  setOrder(draft, filled);
  return { filled, closed: booking.closedTrade !== null };
}

function fillOf(draft: Draft, order: Order, execution: NamedExecution): Fill {
  return {
    venue: order.venue,
    accountId: draft.accountId,
    tradeId: execution.tradeId,
    clientOrderId: order.clientOrderId,
    strategyId: order.strategyId,
    symbol: order.symbol,
    side: order.side,
    quantity: decimalText(execution.quantity),
    price: decimalText(execution.price),
    fee: decimalText(execution.fee),
    ...(execution.feeQuantity === undefined ? {} : { feeQuantity: decimalText(execution.feeQuantity) }),
    atMs: execution.atMs,
  };
}

/** What is left of an order. */
export const quantityLeftOf = (order: Order): Decimal =>
  toDecimal(order.quantity).minus(toDecimal(order.quantityFilled));

/** More fills than were ordered: a corrupt report, or some of them were busted and nobody has said so yet. */
export class Overfilled extends RangeError {
  override readonly name = 'Overfilled';
  constructor(clientOrderId: string) {
    super(`order ${clientOrderId} would fill more than was ordered`);
  }
}

function withFill(order: Order, quantity: Decimal): Order {
  const quantityFilled = toDecimal(order.quantityFilled).plus(quantity);
  const left = toDecimal(order.quantity).minus(quantityFilled);
  if (left.isNegative()) throw new Overfilled(order.clientOrderId);
  return { ...order, quantityFilled: decimalText(quantityFilled), state: stateAfterFill(order.state, left) };
}

/** A fill that is told after the order's end is money all the same; the state stays what it was. */
function stateAfterFill(state: OrderState, left: Decimal): OrderState {
  if (isTerminal(state)) return state;
  if (left.isZero()) return moveOrder(state, 'FILLED');
  return state === 'ACKED' || state === 'UNKNOWN' ? moveOrder(state, 'PARTIAL') : state;
}
