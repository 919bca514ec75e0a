/**
 * The venue's nouns in Alpaca's JSON: snake_case, money and quantities as strings, absent values as null, instants in
 * ISO. Orders and fills here; the account's side is `wire-account.ts`.
 */
import { createHash } from 'node:crypto';
import { type Decimal, decimalText } from '../../../domain/decimal.ts';
import { isCrypto, type VenueFill, type VenueOrder } from './venue-order.ts';

const PRICE_DECIMALS = 12;

export const instant = (atMs: number): string => new Date(atMs).toISOString();
const instantOrNull = (atMs: number | null): string | null => (atMs === null ? null : instant(atMs));
const textOrNull = (amount: Decimal | null): string | null => (amount === null ? null : decimalText(amount));
export const rounded = (amount: Decimal): string => decimalText(amount.toDecimalPlaces(PRICE_DECIMALS));

/** A UUID that is always the same for the same name. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

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
