/**
 * What the venue refuses of a well-formed order: a client id in use, exits on the wrong side, more
 * than the account can pay or has to sell. Codes and the extra fields of the bodies are Alpaca's;
 * `isStrict` adds its rules for coins and fractions.
 */
import { type Decimal, decimalText, ZERO } from '../../../domain/decimal.ts';
import { buyingPower, heldForOrders } from './balances.ts';
import type { Engine } from './engine.ts';
import type { OrderRequest } from './order-request.ts';
import { isCrypto, isOpen, type Refusal, refusal } from './venue-order.ts';
import { type AccountBook, currentOrder, openOrders, quantityHeld } from './venue-state.ts';

const NOT_VALID = 40010001;
const NOT_ALLOWED = 42210000;
const FORBIDDEN = 40310000;

/** The first reason to refuse, null when the order may be accepted. */
export function checkOrder(engine: Engine, book: AccountBook, order: OrderRequest, quantity: Decimal): Refusal | null {
  return (
    checkClientOrderId(engine, book, order.clientOrderId) ??
    (engine.settings.isStrict ? checkStrict(order, quantity) : null) ??
    checkExits(engine, order) ??
    checkBalance(engine, book, order, quantity)
  );
}

function checkClientOrderId(engine: Engine, book: AccountBook, clientOrderId: string | null): Refusal | null {
  const used = clientOrderId === null ? [] : (book.idsByClientOrderId.get(clientOrderId) ?? []);
  const blocking =
    engine.settings.profile === 'lifetime-unique' ? used : used.filter((id) => isOpen(currentOrder(book, id)));
  return blocking.length === 0 ? null : refusal(422, NOT_VALID, 'client_order_id must be unique');
}

/**
 * Alpaca takes coins only as simple gtc, ioc or fok orders without plain
 * stops, and fractions of shares only for the day.
 */
function checkStrict({ symbol, type, timeInForce, orderClass }: OrderRequest, quantity: Decimal): Refusal | null {
  const not = (message: string): Refusal => refusal(422, NOT_ALLOWED, message);
  if (isCrypto(symbol)) {
    if (orderClass !== 'simple') return not(`crypto orders not allowed for advanced order_class: ${orderClass}`);
    if (timeInForce === 'day') return not('invalid crypto time_in_force');
    return type === 'stop' ? not('invalid order type for crypto order') : null;
  }
  if (quantity.isInteger()) return null;
  if (orderClass !== 'simple') return not('fractional orders must be simple orders');
  return timeInForce === 'day' ? null : not('fractional orders must be DAY orders');
}

/** Seen from the side that opens: the target lies beyond the price, the stop before it. */
function checkExits(engine: Engine, order: OrderRequest): Refusal | null {
  const { orderClass, takeProfit, stopLoss, type } = order;
  if (orderClass === 'simple') return null;
  if (order.timeInForce !== 'day' && order.timeInForce !== 'gtc')
    return refusal(422, NOT_ALLOWED, `${orderClass} orders must be day or gtc orders`);
  if (orderClass === 'oco' && type !== 'limit') return refusal(422, NOT_ALLOWED, 'oco orders must be limit orders');
  const base =
    orderClass === 'oco'
      ? engine.price(order.symbol)
      : (order.limitPrice ?? order.stopPrice ?? engine.price(order.symbol));
  const isLong = (order.side === 'buy') !== (orderClass === 'oco');
  const beyond = (a: Decimal, b: Decimal): boolean => (isLong ? a.gt(b) : a.lt(b));
  const word = isLong ? '>' : '<';
  const extra = { base_price: decimalText(base) };
  if (takeProfit !== null && orderClass !== 'oco' && !beyond(takeProfit, base))
    return refusal(422, NOT_ALLOWED, `take_profit.limit_price must be ${word} base_price`, extra);
  if (stopLoss !== null && orderClass !== 'oco' && !beyond(base, stopLoss.stopPrice))
    return refusal(422, NOT_ALLOWED, `base_price must be ${word} stop_loss.stop_price`, extra);
  if (takeProfit !== null && stopLoss !== null && !beyond(takeProfit, stopLoss.stopPrice))
    return refusal(422, NOT_ALLOWED, `take_profit.limit_price must be ${word} stop_loss.stop_price`, extra);
  return null;
}

/** An order either reduces what is held (then so much must be free) or opens (then it must be paid for). */
function checkBalance(engine: Engine, book: AccountBook, order: OrderRequest, quantity: Decimal): Refusal | null {
  const held = quantityHeld(book, order.symbol);
  const isReducing = order.side === 'buy' ? held.lt(ZERO) : held.gt(ZERO);
  if (isReducing || order.orderClass === 'oco') return checkAvailable(book, order, quantity, isReducing ? held : ZERO);
  if (order.side === 'sell' && isCrypto(order.symbol)) return checkAvailable(book, order, quantity, ZERO);
  const price = order.limitPrice ?? order.stopPrice ?? engine.price(order.symbol);
  const cost = quantity.times(price);
  const power = buyingPower(engine, book);
  if (cost.lte(power)) return null;
  const extra = { buying_power: decimalText(power), cost_basis: decimalText(cost) };
  return refusal(403, FORBIDDEN, 'insufficient buying power', extra);
}

function checkAvailable(book: AccountBook, order: OrderRequest, quantity: Decimal, held: Decimal): Refusal | null {
  const { symbol, side } = order;
  const onHold = heldForOrders(book, symbol, side);
  const available = held.abs().minus(onHold);
  if (quantity.lte(available)) return null;
  const left = decimalText(available.gt(ZERO) ? available : ZERO);
  const asked = `(requested: ${decimalText(quantity)}, available: ${left})`;
  const coin = symbol.split('/')[0] ?? symbol;
  const message = isCrypto(symbol)
    ? `insufficient balance for ${coin} ${asked}`
    : `insufficient qty available for order ${asked}`;
  return refusal(403, FORBIDDEN, message, {
    symbol,
    existing_qty: decimalText(held),
    held_for_orders: decimalText(onHold),
    available: left,
    related_orders: openOrders(book).flatMap((one) => (one.symbol === symbol && one.side === side ? [one.id] : [])),
  });
}
