/**
 * The venue's nouns in Alpaca's JSON: snake_case, money and quantities as strings, absent values as null, instants in
 * ISO. A position of a pair is named without its slash (BTCUSD), as Alpaca does, while orders and fills keep it.
 */
import { createHash } from 'node:crypto';
import { type Decimal, decimalText, ZERO } from '../../../domain/decimal.ts';
import { buyingPower, heldForOrders, worthOf } from './balances.ts';
import type { BookView } from './book-view.ts';
import type { Engine } from './engine.ts';
import { isCrypto, type VenueFill, type VenueOrder, type VenuePosition } from './venue-order.ts';
import { type AccountBook, bookOf } from './venue-state.ts';

const PRICE_DECIMALS = 12;
const FRACTION_DECIMALS = 9;

export const instant = (atMs: number): string => new Date(atMs).toISOString();
const instantOrNull = (atMs: number | null): string | null => (atMs === null ? null : instant(atMs));
const textOrNull = (amount: Decimal | null): string | null => (amount === null ? null : decimalText(amount));
const rounded = (amount: Decimal): string => decimalText(amount.toDecimalPlaces(PRICE_DECIMALS));
const ratio = (part: Decimal, whole: Decimal): string =>
  whole.isZero() ? '0' : decimalText(part.div(whole).toDecimalPlaces(FRACTION_DECIMALS));

/** A UUID that is always the same for the same name. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const positionSymbol = (symbol: string): string => symbol.replace('/', '');

/** @param legs null shows none (a leg itself, or a list that is not nested) */
export function orderToWire(order: VenueOrder, legs: readonly VenueOrder[] | null = null): Record<string, unknown> {
  const average = order.filledQuantity.isZero() ? null : rounded(order.filledValue.div(order.filledQuantity));
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: instant(order.submittedAtMs),
    updated_at: instant(order.updatedAtMs),
    submitted_at: instant(order.submittedAtMs),
    filled_at: instantOrNull(order.filledAtMs),
    expired_at: instantOrNull(order.expiredAtMs),
    canceled_at: instantOrNull(order.canceledAtMs),
    failed_at: null,
    replaced_at: null,
    replaced_by: null,
    replaces: null,
    asset_id: uuidOf(`asset:${order.symbol}`),
    symbol: order.symbol,
    asset_class: isCrypto(order.symbol) ? 'crypto' : 'us_equity',
    notional: textOrNull(order.notional),
    qty: order.notional === null ? decimalText(order.quantity) : null,
    filled_qty: decimalText(order.filledQuantity),
    filled_avg_price: average,
    order_class: order.orderClass,
    order_type: order.type,
    type: order.type,
    side: order.side,
    time_in_force: order.timeInForce,
    limit_price: textOrNull(order.limitPrice),
    stop_price: textOrNull(order.stopPrice),
    status: order.status,
    extended_hours: false,
    legs: legs === null || legs.length === 0 ? null : legs.map((leg) => orderToWire(leg)),
    trail_percent: null,
    trail_price: null,
    hwm: null,
    subtag: null,
    source: null,
    expires_at: instantOrNull(order.expiresAtMs),
  };
}

/** The id begins with the time, so that ids sort as the fills happened. */
export const activityId = (fill: VenueFill): string =>
  `${instant(fill.atMs).replace(/\D/g, '').slice(0, 17)}::${fill.tradeId}`;

export const activityToWire = (fill: VenueFill): Record<string, unknown> => ({
  id: activityId(fill),
  activity_type: 'FILL',
  transaction_time: instant(fill.atMs),
  type: fill.leavesQuantity.isZero() ? 'fill' : 'partial_fill',
  price: decimalText(fill.price),
  qty: decimalText(fill.quantity),
  side: fill.side,
  symbol: fill.symbol,
  leaves_qty: decimalText(fill.leavesQuantity),
  order_id: fill.orderId,
  cum_qty: decimalText(fill.filledQuantity),
  order_status: fill.leavesQuantity.isZero() ? 'filled' : 'partially_filled',
});

export function positionToWire(
  engine: Engine,
  account: string,
  symbol: string,
  position: VenuePosition,
): Record<string, unknown> {
  const { quantity, averagePrice } = position;
  const price = engine.price(symbol);
  const cost = quantity.times(averagePrice);
  const value = quantity.times(price);
  const gain = value.minus(cost);
  const onHold = heldForOrders(bookOf(engine.state, account), symbol, quantity.gt(ZERO) ? 'sell' : 'buy');
  return {
    asset_id: uuidOf(`asset:${symbol}`),
    symbol: positionSymbol(symbol),
    exchange: isCrypto(symbol) ? 'CRYPTO' : 'NASDAQ',
    asset_class: isCrypto(symbol) ? 'crypto' : 'us_equity',
    asset_marginable: !isCrypto(symbol),
    qty: decimalText(quantity),
    qty_available: decimalText(quantity.gt(ZERO) ? quantity.minus(onHold) : quantity.plus(onHold)),
    avg_entry_price: rounded(averagePrice),
    side: quantity.gt(ZERO) ? 'long' : 'short',
    market_value: decimalText(value),
    cost_basis: rounded(cost),
    unrealized_pl: rounded(gain),
    unrealized_plpc: ratio(gain, cost.abs()),
    unrealized_intraday_pl: rounded(gain),
    unrealized_intraday_plpc: ratio(gain, cost.abs()),
    current_price: decimalText(price),
    lastday_price: decimalText(price),
    change_today: '0',
  };
}

/** A live account's number is 9 digits; a paper account's begins with PA. */
export function accountToWire(engine: Engine, view: BookView, book: AccountBook): Record<string, unknown> {
  const { equity, longValue, shortValue } = worthOf(engine, view.holdings);
  const power = decimalText(buyingPower(engine, book));
  return {
    id: uuidOf(`account:${view.account}`),
    account_number: view.account,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    currency: 'USD',
    cash: decimalText(view.holdings.cash),
    portfolio_value: decimalText(equity),
    equity: decimalText(equity),
    last_equity: decimalText(equity),
    buying_power: power,
    regt_buying_power: power,
    daytrading_buying_power: '0',
    non_marginable_buying_power: power,
    effective_buying_power: power,
    accrued_fees: '0',
    long_market_value: decimalText(longValue),
    short_market_value: decimalText(shortValue),
    position_market_value: decimalText(longValue.plus(shortValue.abs())),
    initial_margin: decimalText(longValue.plus(shortValue.abs())),
    maintenance_margin: '0',
    last_maintenance_margin: '0',
    sma: '0',
    multiplier: '1',
    daytrade_count: 0,
    pattern_day_trader: false,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: false,
    shorting_enabled: true,
    created_at: instant(view.openedAtMs),
  };
}

const SESSION_END_HOUR_UTC = 21;
const DAY_MS = 86_400_000;

/** The test venue never closes; the times are those of the next sessions' ends and starts. */
export function clockToWire(nowMs: number): Record<string, unknown> {
  const midnightMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const closeMs = midnightMs + SESSION_END_HOUR_UTC * 3_600_000;
  const nextCloseMs = closeMs > nowMs ? closeMs : closeMs + DAY_MS;
  return {
    timestamp: instant(nowMs),
    is_open: true,
    next_open: instant(nextCloseMs),
    next_close: instant(nextCloseMs),
  };
}
