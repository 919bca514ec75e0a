/**
 * Fills orders against the one price a symbol has. Market orders fill at it; limit orders only when it is STRICTLY
 * through their limit (at the price on arrival, at the limit when resting); stop orders at the price once it touches
 * the stop. A fill may take a part first (fault `partial`); the rest follows at the next tick.
 */
import { type Decimal, decimalText, floorToStep, toDecimal, ZERO } from '../../../domain/decimal.ts';
import type { Engine } from './engine.ts';
import { afterFill, endOrder, triggerOrder } from './order-group.ts';
import { effectsOf, isCrypto, isWorking, remainingOf, type VenueOrder } from './venue-order.ts';
import { type AccountBook, currentHoldings, currentOrder, findOrder, openOrders, quantityHeld } from './venue-state.ts';

const FRACTION_STEP = toDecimal('0.000000001');
const WHOLE_STEP = toDecimal('1');

/** At which price the order fills now, null when it does not. */
export function fillPrice(order: VenueOrder, price: Decimal, isArriving: boolean): Decimal | null {
  if (order.type === 'market') return price;
  if (order.type === 'stop') return isTouched(order, price) ? price : null;
  if (order.type === 'stop_limit' && !order.triggered) return null;
  if (order.limitPrice === null) return null;
  const isThrough = order.side === 'buy' ? price.lt(order.limitPrice) : price.gt(order.limitPrice);
  if (!isThrough) return null;
  return isArriving ? price : order.limitPrice;
}

function isTouched(order: VenueOrder, price: Decimal): boolean {
  if (order.stopPrice === null) return false;
  return order.side === 'buy' ? price.gte(order.stopPrice) : price.lte(order.stopPrice);
}

/** Fills what can be filled on arrival, and ends the rest of orders that may not rest. */
export function matchArrival(engine: Engine, book: AccountBook, id: string): void {
  const order = currentOrder(book, id);
  matchOne(engine, book, id, true);
  const after = currentOrder(book, id);
  if (isWorking(after) && (order.timeInForce === 'ioc' || order.timeInForce === 'fok'))
    endOrder(engine, book, after, 'cancel', `${order.timeInForce} order`);
  matchGroup(engine, book, after);
}

/** Exits that came to life a moment ago meet the present price. */
export function matchGroup(engine: Engine, book: AccountBook, order: VenueOrder): void {
  const root = order.parentId ?? order.id;
  if (order.orderClass !== 'simple') matchResting(engine, book, ({ id, parentId }) => id !== root && parentId === root);
}

/**
 * Goes over the working orders that `isMeant` until nothing moves any more, each once: an order in parts gets its
 * rest here, unless its first part is of this very pass.
 */
export function matchResting(engine: Engine, book: AccountBook, isMeant: (order: VenueOrder) => boolean): void {
  const seen = new Set<string>();
  const isNext = (order: VenueOrder): boolean => isWorking(order) && !seen.has(order.id) && isMeant(order);
  for (let next = openOrders(book).filter(isNext); next.length > 0; next = openOrders(book).filter(isNext)) {
    for (const { id } of next) {
      seen.add(id);
      if (book.openIds.has(id)) matchOne(engine, book, id, false);
    }
  }
}

function matchOne(engine: Engine, book: AccountBook, id: string, isArriving: boolean): void {
  const found = currentOrder(book, id);
  const price = engine.price(found.symbol);
  if (found.type === 'stop_limit' && !found.triggered && isTouched(found, price)) triggerOrder(engine, book, found);
  const order = currentOrder(book, id);
  const at = fillPrice(order, price, isArriving);
  if (at === null) return;
  if (isUncovered(book, order)) endOrder(engine, book, order, 'cancel', 'nothing is left to sell');
  else fillOrder(engine, book, order, nextPart(engine, order), at);
}

/** Coins cannot be sold short: after a change by hand a sell order may find none. */
const isUncovered = (book: AccountBook, order: VenueOrder): boolean =>
  isCrypto(order.symbol) && order.side === 'sell' && quantityHeld(book, order.symbol).lt(remainingOf(order));

function nextPart(engine: Engine, order: VenueOrder): Decimal {
  const remaining = remainingOf(order);
  const mayPart = order.filledQuantity.isZero() && order.timeInForce !== 'fok';
  if (!mayPart || !engine.faults.happens('partial')) return remaining;
  const step = !isCrypto(order.symbol) && remaining.isInteger() ? WHOLE_STEP : FRACTION_STEP;
  const wanted = remaining.times(toDecimal(0.1 + 0.8 * engine.faults.uniform('part')));
  const part = floorToStep(wanted, step);
  return part.gt(ZERO) ? part : remaining;
}

/** Books one fill of an open order, and what it does to the orders of its group. */
export function fillOrder(
  engine: Engine,
  book: AccountBook,
  order: VenueOrder,
  quantity: Decimal,
  price: Decimal,
): void {
  const { id: orderId, clientOrderId, symbol, side } = order;
  const { cash } = currentHoldings(book);
  const filledQuantity = order.filledQuantity.plus(quantity);
  const fee = feeOf(engine, order, quantity, price);
  const effects = effectsOf({ side, quantity, price, fee });
  engine.emit({
    kind: 'fill',
    account: book.account,
    orderId,
    clientOrderId,
    symbol,
    tradeId: engine.nextId(),
    side,
    quantity: decimalText(quantity),
    price: decimalText(price),
    filledQuantity: decimalText(filledQuantity),
    leavesQuantity: decimalText(order.quantity.minus(filledQuantity)),
    ...(fee.isZero() ? {} : { fee: decimalText(fee) }),
    cashAfter: decimalText(cash.plus(effects.cash)),
    positionAfter: decimalText(quantityHeld(book, symbol).plus(effects.held)),
  });
  afterFill(engine, book, currentOrder(book, orderId));
}

/** Of coins only; rounded up to what a coin is divided into. */
function feeOf({ settings }: Engine, { symbol, side }: VenueOrder, quantity: Decimal, price: Decimal): Decimal {
  if (!isCrypto(symbol) || settings.receivedFee === 0) return ZERO;
  const brought = side === 'buy' ? quantity : quantity.times(price);
  const steps = brought.times(toDecimal(settings.receivedFee)).div(FRACTION_STEP);
  return steps.ceil().times(FRACTION_STEP);
}

/** Ends orders whose day is over and gives every working order its chance at the present price. */
export function tick(engine: Engine): void {
  for (const book of engine.state.books.values()) {
    expireDue(engine, book);
    matchResting(engine, book, () => true);
  }
}

export function expireDue(engine: Engine, book: AccountBook): void {
  const nowMs = engine.nowMs();
  for (const { id } of openOrders(book)) {
    const order = findOrder(book, id);
    if (order === null || !book.openIds.has(id) || order.expiresAtMs === null || order.expiresAtMs > nowMs) continue;
    if (order.role === null || order.role === 'entry' || isWorking(order))
      endOrder(engine, book, order, 'expire', 'the day is over');
  }
}
