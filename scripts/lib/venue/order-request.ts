/**
 * The body of POST /v2/orders as the venue understands it: numbers may be strings or JSON numbers, unknown fields are
 * ignored. What it does not say or says wrongly is refused with Alpaca's status and code, the first mistake first.
 */
import type { Decimal } from '../../../domain/decimal.ts';
import { type Body, oneOf, positive, Refused, refuse, section, text } from './body-fields.ts';
import type { OrderClass, OrderSide, OrderType, Refusal, TimeInForce } from './venue-order.ts';

export type OrderRequest = {
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly orderClass: OrderClass;
  /** One of the two. */
  readonly quantity: Decimal | null;
  readonly notional: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly takeProfit: Decimal | null;
  readonly stopLoss: { readonly stopPrice: Decimal; readonly limitPrice: Decimal | null } | null;
};

const SYMBOL = /^[A-Z0-9.]{1,12}(\/[A-Z0-9]{2,6})?$/;
const CLIENT_ORDER_ID_LENGTH_MAX = 128;
const DECIMALS_MAX = 9;

export function readOrderRequest(body: Body): OrderRequest | Refusal {
  try {
    return readRequest(body);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

function readRequest(body: Body): OrderRequest {
  const symbol = text(body, 'symbol') ?? refuse('symbol is required');
  if (!SYMBOL.test(symbol)) refuse(`asset not found for ${symbol}`);
  const amounts = readAmounts(body);
  const side = oneOf(body, 'side', ['buy', 'sell'] as const, null);
  const type = oneOf(body, 'type', ['market', 'limit', 'stop', 'stop_limit'] as const, null);
  const timeInForce = oneOf(body, 'time_in_force', ['day', 'gtc', 'ioc', 'fok'] as const, null);
  const orderClass = oneOf(body, 'order_class', ['simple', 'bracket', 'oco', 'oto'] as const, 'simple');
  const exits = readExits(body, orderClass);
  const prices = readPrices(body, type, orderClass, exits.takeProfit);
  return {
    clientOrderId: readClientOrderId(body),
    symbol,
    side,
    type,
    timeInForce,
    orderClass,
    ...amounts,
    ...prices,
    ...exits,
  };
}

function readAmounts(body: Body): Pick<OrderRequest, 'quantity' | 'notional'> {
  const quantity = positive(body, 'qty', DECIMALS_MAX);
  const notional = positive(body, 'notional', DECIMALS_MAX);
  if (quantity === null && notional === null) refuse('qty or notional is required');
  if (quantity !== null && notional !== null) refuse('only one of qty or notional is accepted');
  return { quantity, notional };
}

type Prices = Pick<OrderRequest, 'limitPrice' | 'stopPrice'>;

/** The limit of an OCO is its take-profit. */
function readPrices(body: Body, type: OrderType, orderClass: OrderClass, takeProfit: Decimal | null): Prices {
  const given = positive(body, 'limit_price');
  const stopPrice = positive(body, 'stop_price');
  const limitPrice = orderClass === 'oco' ? takeProfit : given;
  const needsLimit = type === 'limit' || type === 'stop_limit';
  const needsStop = type === 'stop' || type === 'stop_limit';
  if (needsLimit && limitPrice === null) refuse('limit orders require a limit price');
  if (!needsLimit && limitPrice !== null) refuse(`${type} orders must not have limit_price`);
  if (needsStop && stopPrice === null) refuse('stop orders require a stop price');
  if (!needsStop && stopPrice !== null) refuse(`${type} orders must not have stop_price`);
  return { limitPrice, stopPrice };
}

type Exits = Pick<OrderRequest, 'takeProfit' | 'stopLoss'>;

function readExits(body: Body, orderClass: OrderClass): Exits {
  const profit = section(body, 'take_profit');
  const loss = section(body, 'stop_loss');
  if (orderClass === 'simple' && (profit ?? loss) !== null)
    refuse('simple orders must not have take_profit or stop_loss');
  if (orderClass === 'simple') return { takeProfit: null, stopLoss: null };
  if (orderClass === 'oto' && (profit === null) === (loss === null))
    refuse('oto orders require exactly one of take_profit and stop_loss');
  if (orderClass !== 'oto' && profit === null) refuse(`${orderClass} orders require take_profit.limit_price`);
  if (orderClass !== 'oto' && loss === null) refuse(`${orderClass} orders require stop_loss.stop_price`);
  const takeProfit =
    profit === null ? null : (positive(profit, 'limit_price') ?? refuse('take_profit.limit_price is required'));
  const stopPrice = loss === null ? null : (positive(loss, 'stop_price') ?? refuse('stop_loss.stop_price is required'));
  const limitPrice = loss === null ? null : positive(loss, 'limit_price');
  return { takeProfit, stopLoss: stopPrice === null ? null : { stopPrice, limitPrice } };
}

function readClientOrderId(body: Body): string | null {
  const given = text(body, 'client_order_id');
  if (given !== null && given.length > CLIENT_ORDER_ID_LENGTH_MAX)
    refuse(`client_order_id must be no more than ${CLIENT_ORDER_ID_LENGTH_MAX} characters`);
  return given;
}
