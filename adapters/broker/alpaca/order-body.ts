/**
 * One order of ours as Alpaca takes it. Always a simple order: protective legs are orders of their own, sized by what
 * the entry filled. Pairs (symbols with a slash) know no stop orders there, only stop-limit ones.
 */
import { Decimal, decimalText, ONE, roundPrice, toDecimal } from '../../../domain/decimal.ts';
import type { Order } from '../../../schemas/execution.ts';

/** How far behind its stop a stop-limit order may still fill, as a fraction of the stop price; chosen by us. */
const STOP_LIMIT_BAND = toDecimal('0.05');

type Body = Readonly<Record<string, string>>;
type OrderBody = { readonly ok: true; readonly body: Body } | { readonly ok: false; readonly message: string };

/** What is missing is a defect of the caller: nothing must be sent then. */
export function orderBody(order: Order): OrderBody {
  const { type, limitPrice, stopPrice } = order;
  if (type === 'limit' && limitPrice === null) return { ok: false, message: 'a limit order without limit price' };
  if (type === 'stop' && stopPrice === null) return { ok: false, message: 'a stop order without stop price' };
  if (!toDecimal(order.quantity).gt(0)) return { ok: false, message: `quantity ${order.quantity} is not above 0` };
  return { ok: true, body: { ...commonOf(order), ...pricesOf(order) } };
}

const commonOf = (order: Order): Body => ({
  symbol: order.symbol,
  qty: decimalText(toDecimal(order.quantity)),
  side: order.side,
  time_in_force: timeInForceOf(order),
  client_order_id: order.clientOrderId,
});

function pricesOf({ type, symbol, side, limitPrice, stopPrice }: Order): Body {
  if (type === 'limit' && limitPrice !== null) return { type, limit_price: onTick(symbol, limitPrice, BETTER[side]) };
  if (type !== 'stop' || stopPrice === null) return { type };
  if (!isPair(symbol)) return { type, stop_price: onTick(symbol, stopPrice, Decimal.ROUND_HALF_EVEN) };
  const limit = limitPrice ?? decimalText(bandLimit(side, toDecimal(stopPrice)));
  return { type: 'stop_limit', stop_price: stopPrice, limit_price: limit };
}

type Rounding = NonNullable<Parameters<Decimal['toDecimalPlaces']>[1]>;

/** A limit moves to the tick that is never worse for us. */
const BETTER = { buy: Decimal.ROUND_FLOOR, sell: Decimal.ROUND_CEIL } as const;

/** Shares trade in cents, below a dollar in hundredths of one; Alpaca refuses finer prices. Pairs have no such rule. */
function onTick(symbol: string, price: string, rounding: Rounding): string {
  if (isPair(symbol)) return price;
  const exact = toDecimal(price);
  return decimalText(exact.toDecimalPlaces(exact.gte(1) ? 2 : 4, rounding));
}

const bandLimit = (side: Order['side'], stop: Decimal): Decimal =>
  roundPrice(stop.times(side === 'buy' ? ONE.plus(STOP_LIMIT_BAND) : ONE.minus(STOP_LIMIT_BAND)));

/** Pairs trade without a day's end. A protective leg outlives the day too, but parts of a share may not. */
function timeInForceOf({ symbol, leg, quantity }: Order): string {
  const isProtective = leg === 'stop' || leg === 'target';
  return isPair(symbol) || (isProtective && toDecimal(quantity).isInteger()) ? 'gtc' : 'day';
}

const isPair = (symbol: string): boolean => symbol.includes('/');
